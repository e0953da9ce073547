using FluentValidation;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Tests.Architecture.Samples.Application;

public sealed class ReadsFileInLambda
{
    public static Func<string, Stream> Open => name => new FileStream(name, FileMode.Open);

    public static Stream Copy(Stream source)
    {
        var copy = new MemoryStream();
        source.CopyTo(copy);
        return copy;
    }
}

public class NotStatic
{
    public sealed record Query : IRequest<int>;

    internal sealed class Handler : IRequestHandler<Query, int>
    {
        public Task<int> Handle(Query request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class TwoMessages
{
    public sealed record Query : IRequest<int>;

    public sealed record Command : IRequest<int>;

    internal sealed class Handler : IRequestHandler<Query, int>
    {
        public Task<int> Handle(Query request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class OddMessage
{
    public class Request : IRequest<int>;

    internal sealed class Handler : IRequestHandler<Request, int>
    {
        public Task<int> Handle(Request request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class CommittingQuery
{
    public sealed record Query : ICommand<int>;

    internal sealed class Handler : IRequestHandler<Query, int>
    {
        public Task<int> Handle(Query request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class NoHandler
{
    public sealed record Query : IRequest<int>;
}

public static class OddHandler
{
    public sealed record Query : IRequest<int>;

    public class Worker : IRequestHandler<Query, int>
    {
        public Task<int> Handle(Query request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class OddValidator
{
    public sealed record Command(string Note) : IRequest<int>;

    public class Check : AbstractValidator<Command>;

    internal sealed class Handler : IRequestHandler<Command, int>
    {
        public Task<int> Handle(Command request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class ForeignValidator
{
    public sealed record Command(string Note) : IRequest<int>;

    internal sealed class Validator : AbstractValidator<OddValidator.Command>;

    internal sealed class Handler : IRequestHandler<Command, int>
    {
        public Task<int> Handle(Command request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class UncheckedText
{
    public sealed record Command(int Count, string? Note) : IRequest<int>;

    internal sealed class Handler : IRequestHandler<Command, int>
    {
        public Task<int> Handle(Command request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public static class UncheckedNestedText
{
    public sealed record Part(string Key);

    public sealed record Command(Part? Part) : IRequest<int>;

    internal sealed class Handler : IRequestHandler<Command, int>
    {
        public Task<int> Handle(Command request, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}

public sealed record StrayMessage : IRequest<int>;

internal sealed class StrayHandler : IRequestHandler<StrayMessage, int>
{
    public Task<int> Handle(StrayMessage request, CancellationToken cancellationToken) => Task.FromResult(1);
}

internal sealed class StrayValidator : AbstractValidator<StrayMessage>;
