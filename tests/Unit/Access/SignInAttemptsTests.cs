using GourmetGram.Domain.Access;

namespace GourmetGram.Tests.Unit.Access;

public sealed class SignInAttemptsTests
{
    private static readonly DateTimeOffset Start = new(2026, 12, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_window_allows_so_many_attempts_and_then_says_how_long_to_wait()
    {
        var attempts = SignInAttempts.Of("key", Start);
        for (var i = 0; i < 5; i++)
            Assert.Null(attempts.Try(5, Start.AddMinutes(i)));
        Assert.Equal(TimeSpan.FromMinutes(10), attempts.Try(5, Start.AddMinutes(5)));
        Assert.Null(attempts.Try(5, Start.AddMinutes(15)));
    }

    [Fact]
    public void An_attempt_whose_clock_was_read_a_moment_before_the_first_one_counts_too()
    {
        var attempts = SignInAttempts.Of("key", Start);
        for (var i = 0; i < 5; i++)
            Assert.Null(attempts.Try(5, Start.AddMilliseconds(-i)));
        Assert.NotNull(attempts.Try(5, Start.AddMilliseconds(-7)));
    }

    [Fact]
    public void A_clock_that_was_set_back_locks_nobody_out()
    {
        var attempts = SignInAttempts.Of("key", Start);
        for (var i = 0; i < 6; i++)
            attempts.Try(5, Start);
        Assert.Null(attempts.Try(5, Start.AddHours(-1)));
    }

    [Fact]
    public void A_right_password_takes_its_attempt_back()
    {
        var attempts = SignInAttempts.Of("key", Start);
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(attempts.Try(5, Start));
            attempts.TakeBack();
        }
    }
}
