using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// A passkey as a device keeps it (WebAuthn, ES256, no attestation), which a test can let behave in ways that browsers do not.
/// </summary>
internal sealed class SoftwareKey : IDisposable
{
    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte AttestedCredential = 0x40;
    private const int AaguidBytes = 16;

    private readonly byte[] id = RandomNumberGenerator.GetBytes(32);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private string userHandle = "";

    /// <summary>Whether the person is verified, by a finger or a PIN.</summary>
    public bool IsVerified { get; set; } = true;

    /// <summary>Answers <c>navigator.credentials.create</c>.</summary>
    public string Create(JsonNode options, string origin)
    {
        userHandle = options["user"]!["id"]!.GetValue<string>();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] publicKey = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] attested = [.. new byte[AaguidBytes], 0, (byte)id.Length, .. id, .. publicKey];
        byte[] data = [.. DataFor(options["rp"]!["id"]!.GetValue<string>(), AttestedCredential), .. attested];
        byte[] attestation =
        [
            0xA3,
            .. CborText("fmt"),
            .. CborText("none"),
            .. CborText("attStmt"),
            0xA0,
            .. CborText("authData"),
            0x58,
            (byte)data.Length,
            .. data,
        ];
        return Credential(
            new JsonObject
            {
                ["clientDataJSON"] = Text(ClientData("webauthn.create", options, origin)),
                ["attestationObject"] = Text(attestation),
                ["transports"] = new JsonArray("internal"),
            }
        );
    }

    /// <summary>
    /// Answers <c>navigator.credentials.get</c>. The key has no counter, like those that are synchronised between devices.
    /// </summary>
    public string Sign(JsonNode options, string origin)
    {
        var data = DataFor(options["rpId"]!.GetValue<string>(), flags: 0);
        var client = ClientData("webauthn.get", options, origin);
        var signature = key.SignData(
            [.. data, .. SHA256.HashData(client)],
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence
        );
        return Credential(
            new JsonObject
            {
                ["clientDataJSON"] = Text(client),
                ["authenticatorData"] = Text(data),
                ["signature"] = Text(signature),
                ["userHandle"] = userHandle,
            }
        );
    }

    public void Dispose() => key.Dispose();

    private byte[] DataFor(string domain, byte flags)
    {
        var data = new byte[37];
        SHA256.HashData(Encoding.UTF8.GetBytes(domain), data);
        data[32] = (byte)(flags | UserPresent | (IsVerified ? UserVerified : 0));
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), 0);
        return data;
    }

    private string Credential(JsonObject response) =>
        new JsonObject
        {
            ["id"] = Text(id),
            ["rawId"] = Text(id),
            ["type"] = "public-key",
            ["clientExtensionResults"] = new JsonObject(),
            ["response"] = response,
        }.ToJsonString();

    private static byte[] ClientData(string type, JsonNode options, string origin) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["type"] = type,
                ["challenge"] = options["challenge"]!.GetValue<string>(),
                ["origin"] = origin,
                ["crossOrigin"] = false,
            }.ToJsonString()
        );

    private static byte[] CborText(string text) => [(byte)(0x60 + text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}

/// <summary>What a page gives to a browser for a passkey.</summary>
/// <param name="Options">Options of <c>navigator.credentials</c>.</param>
/// <param name="State">Goes back with the answer.</param>
internal sealed partial record PasskeyPage(JsonNode Options, string State)
{
    public static PasskeyPage In(string html)
    {
        var match = Form().Match(html);
        Assert.True(match.Success, html);
        return new PasskeyPage(JsonNode.Parse(WebUtility.HtmlDecode(match.Groups[1].Value))!, match.Groups[2].Value);
    }

    [GeneratedRegex("data-passkey=\"[a-z]+\" data-options=\"([^\"]+)\"[^§]*?name=\"state\" value=\"([^\"]+)\"")]
    private static partial Regex Form();
}
