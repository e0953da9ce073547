using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>The one organization, and how people join and leave it.</summary>
internal sealed class People(LabelStudioDouble server)
{
    public const string Organization = "Label Studio";

    private readonly string invitation = Database.RandomHex();

    public void Map(Router router)
    {
        if (server.Is116)
            return;
        router.Map("GET", "api/organizations", Organizations);
        router.Map("GET", "api/invite", _ =>
            Answer.Of(new JsonObject { ["token"] = invitation, ["invite_url"] = $"/user/signup/?token={invitation}" })
        );
        router.Map("POST", "user/signup?token", SignUpAsync, isPublic: true);
        router.Map("DELETE", "api/organizations/{id}/memberships/{id}", Remove);
    }

    private Answer Organizations(Call call) =>
        Answer.Of(
            call.User.Organization is null
                ? []
                : new JsonArray(
                    new JsonObject
                    {
                        ["id"] = 1,
                        ["title"] = Organization,
                        ["contact_info"] = null,
                        ["created_at"] = server.Data.CreatedAt.Iso(),
                    }
                )
        );

    private async Task<Answer> SignUpAsync(Call call)
    {
        var form = await call.Request.ReadFormAsync(call.Request.HttpContext.RequestAborted);
        if (call.Query("token") != invitation)
            throw new NotSupportedException("No recording joins with another link.");
        lock (server.Data.Gate)
        {
            var user = server.Data.AddUser("", "", form["email"].ToString());
            return Answer
                .Html(StatusCodes.Status302Found, "")
                .With("Location", "/")
                .With("Set-Cookie", $"sessionid={user.Session}; Path=/");
        }
    }

    private Answer Remove(Call call)
    {
        lock (server.Data.Gate)
            server.Data.UserOf(call.Ids[1]).Organization = null;
        return Answer.Empty(StatusCodes.Status204NoContent);
    }
}
