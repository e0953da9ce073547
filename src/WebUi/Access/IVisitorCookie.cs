using GourmetGram.Domain.Access;

namespace GourmetGram.WebUi.Access;

/// <summary>Reads the signed cookie that identifies a browser while nobody is signed in. The host implements it.</summary>
public interface IVisitorCookie
{
    /// <summary>Returns the visitor that this browser was before somebody signed in; null when the request has no valid cookie.</summary>
    Task<Actor?> FindAsync();
}
