using GourmetGram.WebUi.Operations;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Schedules as the pages name them.</summary>
public sealed class ScheduleWordsTests
{
    [Theory]
    [InlineData("* * * * * ?", "Every second")]
    [InlineData("0/10 * * * * ?", "Every 10 seconds")]
    [InlineData("*/30 * * ? * *", "Every 30 seconds")]
    [InlineData("0 * * * * ?", "Every minute")]
    [InlineData("0 0/5 * * * ?", "Every 5 minutes")]
    [InlineData("0 0 * * * ?", "Hourly")]
    [InlineData("0 15 * * * ?", "Hourly at :15")]
    [InlineData("0 0 0/6 * * ?", "Every 6 hours")]
    [InlineData("0 5 */2 * * ?", "Every 2 hours at :05")]
    [InlineData("0 0 0 * * ?", "Daily at 00:00 UTC")]
    [InlineData("30 15 4 * * ?", "Daily at 04:15:30 UTC")]
    [InlineData("0 30 18,6 * * ?", "Daily at 06:30 and 18:30 UTC")]
    [InlineData("0 0 1,2,3 * * ?", "Daily at 01:00, 02:00 and 03:00 UTC")]
    [InlineData("0 0 3 ? * MON-FRI", "Monday to Friday at 03:00 UTC")]
    [InlineData("0 0 3 ? * mon", "Mondays at 03:00 UTC")]
    [InlineData("0 0 3 ? * 2,5", "Mondays and Thursdays at 03:00 UTC")]
    [InlineData("0 0/5 * ? * MON-FRI", "Every 5 minutes (Monday to Friday)")]
    [InlineData("0 0 3 1 * ?", "On day 1 of each month at 03:00 UTC")]
    [InlineData("0 0 3 L * ?", "On the last day of each month at 03:00 UTC")]
    public void A_schedule_is_said_in_words(string cron, string words) => Assert.Equal(words, ScheduleWords.Of(cron));

    [Theory]
    [InlineData("0 0 3 ? * MON#1")]
    [InlineData("0 0 3 1W * ?")]
    [InlineData("0 0 3 * 1 ?")]
    [InlineData("0 0 3 * * ? 2027")]
    [InlineData("0 0/7 * * * ?")]
    [InlineData("0 0 8-18 * * ?")]
    [InlineData("0 5,10 3 * * ?")]
    [InlineData("0/10 5 3 * * ?")]
    public void What_would_take_many_words_is_called_custom(string cron) => Assert.Equal("Custom schedule", ScheduleWords.Of(cron));
}
