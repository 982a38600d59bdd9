using System.Text.Json;
using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>A share in the export.</summary>
internal static class ShareJson
{
    /// <summary>Writes one share without content.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="share">The share.</param>
    public static void Write(Utf8JsonWriter json, ShareDescribed share)
    {
        ShareReceipt receipt = share.Receipt;
        json.WriteStartObject();
        json.WriteString("id"u8, receipt.Share.ToString());
        json.WriteString("state"u8, share.Stage == ShareStage.Stored ? "stored"u8 : "consented"u8);
        json.WriteString("consentTextVersion"u8, receipt.TextVersion.ToString("yyyy-MM-dd"));
        json.WriteString("language"u8, ConsentTexts.ToName(receipt.TextLanguage));
        json.WriteString("consentTextSha256"u8, Convert.ToHexStringLower(receipt.TextSha256.Span));
        json.WriteString("purpose"u8, JsonNamingPolicy.CamelCase.ConvertName(receipt.Purpose.ToString()));
        json.WriteString("givenAt"u8, receipt.GivenAt);
        json.WriteString("expiresAt"u8, receipt.ExpiresAt);
        if (share.Document is { } document)
        {
            json.WriteStartObject("document"u8);
            json.WriteNumber("bytes"u8, document.PlaintextBytes);
            json.WriteString("mediaType"u8, document.Format.ToMediaType());
            json.WriteString("storedAt"u8, document.StoredAt);
            json.WriteString("href"u8, $"/v1/support/shares/{receipt.Share}/document");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
