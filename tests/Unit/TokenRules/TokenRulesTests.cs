using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Lethe.Client;
using Lethe.PrivacyPass;
using Lethe.TestKit.Documents;
using Lethe.UnitTests.Client;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lethe.UnitTests.TokenRules;

/// <summary>The C# client by the table that the JavaScript client is held to as well.</summary>
public sealed class TokenRulesTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };
    private static readonly Rules Table = JsonSerializer.Deserialize<Rules>(
        File.ReadAllBytes(Path.Combine(RepositoryFolder.Root, "tests", "Unit", "TokenRules", "rules.json")),
        Json
    )!;
    private static readonly Lazy<TokenKey[]> OtherKeys = new(() => [.. Enumerable.Range(0, 5).Select(_ => NewKey())]);

    public static TheoryData<string> Plans() => [.. Table.Plans.Select(row => row.Name)];

    public static TheoryData<int, int> DrawSizes() => [.. Table.DrawSizes.Select(row => (row.Held, row.Size))];

    public static TheoryData<string> Spends() => [.. Table.Spends.Select(row => row.Name)];

    public static TheoryData<string> Mirrors() => [.. Table.Mirrors.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Plans))]
    public void Plan_OfTheTable_IsMade(string name)
    {
        PlanRow row = Table.Plans.Single(row => row.Name == name);
        DrawSchedule schedule = new(Options(row.Now), () => row.Lot);
        PoolState state = new()
        {
            Tokens = [.. Enumerable.Range(0, row.Tokens).Select(number => Pooled((char)number, row.Now))],
            NextDrawAt = row.NextDrawAt,
            EpochLength = TimeSpan.FromSeconds(row.EpochSeconds),
            LastRedeemedAt = row.RedeemedAt,
            ClaimedUntil = row.ClaimedUntil,
        };

        DateTimeOffset planned = schedule.Plan(state);

        Assert.Equal(row.DrawAt ?? DateTimeOffset.MaxValue, planned, TimeSpan.FromMilliseconds(2));
        Assert.Equal(row.Due, schedule.IsDue(state));
    }

    [Theory]
    [MemberData(nameof(DrawSizes))]
    public void DrawSize_OfTheTable_IsDrawn(int held, int size)
    {
        DateTimeOffset now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        PoolState state = new() { Tokens = [.. Enumerable.Range(0, held).Select(number => Pooled((char)number, now))] };
        Assert.Equal(size, new DrawSchedule(Options(now), DrawSchedule.Uniform).DrawSize(state));
    }

    [Theory]
    [MemberData(nameof(Spends))]
    public void Take_OfTheTable_SpendsTheToken(string name)
    {
        SpendRow row = Table.Spends.Single(row => row.Name == name);
        PoolState state = new()
        {
            Tokens = [.. row.Tokens.Select(token => Pooled(token.Id[0], token.Begins))],
            FirstDayEndsAt = row.FirstDayEndsAt,
        };
        Queue<LotRow> lots = new(row.Lots);

        PoolState after = state.Take(
            row.Now,
            of =>
            {
                LotRow lot = lots.Dequeue();
                Assert.Equal(lot.Of, of);
                return lot.Drawn;
            },
            out Token? token
        );

        Assert.Equal(row.Spent, token is null ? null : $"{(char)token.Nonce.Span[0]}");
        Assert.Empty(lots);
        Assert.DoesNotContain(after.Tokens, left => left.Token == token);
        Assert.Equal(row.FirstDayStarts, after.FirstDayStarts);
        Assert.Equal(token is null ? default : row.Now, after.LastRedeemedAt);
    }

    [Theory]
    [MemberData(nameof(Mirrors))]
    public async Task Refill_MirrorOfTheTable_DrawsOrNot(string name)
    {
        MirrorRow row = Table.Mirrors.Single(row => row.Name == name);
        using var cell = new FakeCell();
        cell.Published = keys => Keys(row.Published, keys[0]);
        cell.Mirror = keys => Keys(row.Mirror, keys[0]);
        using LetheClient client = cell.Connect();
        Cell home = await client.DiscoverAsync(default);

        if (row.Agree)
        {
            Assert.Equal(4, await client.Tokens.RefillAsync(home, default));
        }
        else
        {
            ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() => client.Tokens.RefillAsync(home, default));
            Assert.Equal("issuer_keys_differ", refused.Code);
        }
        Assert.Equal(row.Agree ? 1 : 0, cell.Count("/token-request"));
    }

    private static IssuerDirectoryKey[] Keys(IEnumerable<KeyRow> rows, IssuerDirectoryKey current) =>
        [
            .. rows.Select(row => new IssuerDirectoryKey(
                row.Key == 0 ? current.Key : OtherKeys.Value[row.Key - 1],
                current.NotBefore.AddDays(row.Day),
                row.PolicyClass
            )),
        ];

    private static TokenKey NewKey()
    {
        using var rsa = RSA.Create(2048);
        return BlindSigner.FromPkcs8(rsa.ExportPkcs8PrivateKey()).PublicKey;
    }

    private static LetheClientOptions Options(DateTimeOffset now) =>
        new()
        {
            Control = new Uri("https://control.test"),
            Tenant = "kanzlei-muster",
            AccessToken = _ => Task.FromResult("access"),
            Clock = new FakeTimeProvider(now),
        };

    private static PooledToken Pooled(char id, DateTimeOffset begins)
    {
        byte[] bytes = new byte[BlindRsaToken.TokenBytes];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, BlindRsaToken.Type);
        bytes[2] = (byte)id;
        return Token.TryParse(bytes, out Token? token)
            ? new(token, begins.AddDays(1), begins.AddDays(4))
            : throw new InvalidOperationException("No token.");
    }

    private sealed record Rules(
        IReadOnlyList<PlanRow> Plans,
        IReadOnlyList<DrawSizeRow> DrawSizes,
        IReadOnlyList<SpendRow> Spends,
        IReadOnlyList<MirrorRow> Mirrors
    );

    private sealed record PlanRow(
        string Name,
        DateTimeOffset Now,
        int Tokens,
        DateTimeOffset NextDrawAt,
        int EpochSeconds,
        DateTimeOffset RedeemedAt,
        DateTimeOffset ClaimedUntil,
        double Lot,
        DateTimeOffset? DrawAt,
        bool Due
    );

    private sealed record DrawSizeRow(int Held, int Size);

    private sealed record SpendRow(
        string Name,
        DateTimeOffset Now,
        IReadOnlyList<TokenRow> Tokens,
        DateTimeOffset FirstDayEndsAt,
        IReadOnlyList<LotRow> Lots,
        string? Spent,
        int FirstDayStarts
    );

    private sealed record TokenRow(string Id, DateTimeOffset Begins);

    private sealed record LotRow(int Of, int Drawn);

    private sealed record MirrorRow(string Name, IReadOnlyList<KeyRow> Published, IReadOnlyList<KeyRow> Mirror, bool Agree);

    private sealed record KeyRow(int Key, int Day, string PolicyClass);
}
