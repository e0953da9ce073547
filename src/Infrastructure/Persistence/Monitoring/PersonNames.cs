using GourmetGram.Application.Access;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>Reads the names of accounts, as pages show them, and of annotators in other programs.</summary>
internal static class PersonNames
{
    private static readonly string AccountPrefix = new Actor(ActorKind.Account, "").ToString();

    /// <summary>Returns the names of persons; a person without a name is missing.</summary>
    /// <param name="context">The database.</param>
    /// <param name="people">The persons, see <see cref="HumanLabel.Person"/>.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public static async Task<IReadOnlyDictionary<string, string>> ReadNamesAsync(
        this GourmetGramDbContext context,
        IReadOnlyCollection<string> people,
        CancellationToken cancellationToken
    )
    {
        var names = await context
            .Set<Annotator>()
            .Where(annotator => people.Contains(annotator.Person))
            .ToDictionaryAsync(annotator => annotator.Person, annotator => annotator.Name, StringComparer.Ordinal, cancellationToken);
        var accounts = people
            .Where(person => person.StartsWith(AccountPrefix, StringComparison.Ordinal))
            .Select(person => Guid.TryParse(person.AsSpan(AccountPrefix.Length), out var id) ? id : (Guid?)null)
            .OfType<Guid>()
            .ToList();
        var users = await context
            .Users.Where(user => accounts.Contains(user.Id))
            .Select(user => new
            {
                user.Id,
                UserName = context
                    .UserClaims.Where(claim => claim.UserId == user.Id && claim.ClaimType == DisplaySettings.NameClaim)
                    .Select(claim => claim.ClaimValue)
                    .FirstOrDefault()
                    ?? user.UserName,
            })
            .ToListAsync(cancellationToken);
        foreach (var user in users.Where(user => user.UserName is not null))
            names[new Actor(ActorKind.Account, user.Id.ToString()).ToString()] = user.UserName!;
        return names;
    }
}
