using System.Security.Cryptography;
using System.Text;
using Lethe.Records.Keys;
using Lethe.TestKit;
using Xunit;

namespace Lethe.ClusterTests.Keys;

public sealed class FolderKeyStoreTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly Kek kek = new(RandomNumberGenerator.GetBytes(32));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private FolderKeyStore Store => new(folder.File("keys"), kek);

    public void Dispose()
    {
        kek.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Put_ThenFindAfterARestart_GivesTheKey()
    {
        byte[] key = RandomNumberGenerator.GetBytes(2000);
        await Store.PutAsync("share-1", key, Cancellation);
        Assert.Equal(key, await Store.FindAsync("share-1", Cancellation));
        string file = folder.File("keys/share-1.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(-1, (await File.ReadAllBytesAsync(file, Cancellation)).AsSpan().IndexOf(key.AsSpan(0, 16)));
    }

    [Fact]
    public async Task Put_UnderATakenHandle_IsRefusedAndKeepsTheFirst()
    {
        await Store.PutAsync("share-1", new byte[] { 1 }, Cancellation);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.PutAsync("share-1", new byte[] { 2 }, Cancellation));
        Assert.Equal([1], (await Store.FindAsync("share-1", Cancellation))!);
        Assert.Single(System.IO.Directory.GetFiles(folder.File("keys")));
    }

    [Fact]
    public async Task Put_InParallelUnderOneHandle_HasOneWinner()
    {
        FolderKeyStore store = Store;
        bool[] won = await Task.WhenAll(
            Enumerable
                .Range(1, 20)
                .Select(async number =>
                {
                    try
                    {
                        await store.PutAsync("issuer-1", new byte[] { (byte)number }, Cancellation);
                        return true;
                    }
                    catch (InvalidOperationException)
                    {
                        return false;
                    }
                })
        );
        Assert.Single(won, true);
    }

    [Fact]
    public async Task Destroy_IsFinalAndMayBeRepeated()
    {
        FolderKeyStore store = Store;
        await store.PutAsync("share-1", new byte[] { 1 }, Cancellation);
        await store.DestroyAsync("share-1", Cancellation);
        await store.DestroyAsync("share-1", Cancellation);
        Assert.Null(await store.FindAsync("share-1", Cancellation));
        Assert.Empty(System.IO.Directory.GetFiles(folder.File("keys")));
    }

    [Fact]
    public async Task Destroy_OverwritesTheFileBeforeItsNameGoes() // a second name of the file shows what is on the disk
    {
        await Store.PutAsync("share-1", RandomNumberGenerator.GetBytes(32), Cancellation);
        string witness = folder.File("witness");
        Assert.Equal(0, Link(folder.File("keys/share-1.key"), witness));
        await Store.DestroyAsync("share-1", Cancellation);
        byte[] left = await File.ReadAllBytesAsync(witness, Cancellation);
        Assert.NotEmpty(left);
        Assert.All(left, static value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Find_UnderAnotherHandleOrKek_IsRefused()
    {
        await Store.PutAsync("share-1", new byte[] { 1 }, Cancellation);
        File.Copy(folder.File("keys/share-1.key"), folder.File("keys/share-2.key"));
        await Assert.ThrowsAnyAsync<CryptographicException>(() => Store.FindAsync("share-2", Cancellation));
        using Kek other = new(RandomNumberGenerator.GetBytes(32));
        await Assert.ThrowsAnyAsync<CryptographicException>(() =>
            new FolderKeyStore(folder.File("keys"), other).FindAsync("share-1", Cancellation)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("../kek")]
    [InlineData("Share")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    public async Task AnyCall_WithAHandleThatIsNone_IsRefused(string handle)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(handle, new byte[] { 1 }, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.FindAsync(handle, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DestroyAsync(handle, Cancellation));
    }

    [Fact]
    public void Open_AfterACrashWhileWriting_DropsTheUnfinishedFile()
    {
        _ = Store;
        File.WriteAllText(folder.File("keys/0123.tmp"), "half");
        _ = Store;
        Assert.Empty(System.IO.Directory.GetFiles(folder.File("keys")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64url, but a sentence that is long enough to be one key")]
    public void LoadKek_OfAFileThatHoldsNone_IsRefusedWithoutItsText(string text)
    {
        string file = folder.File("kek");
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => Kek.Load(file));
        Assert.True(text.Length == 0 || !refusal.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Unwrap_OfTheDocumentedForm_GivesTheKey() // the stored form: form, nonce, ciphertext, tag; the handle as associated data
    {
        using Kek known = new(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray());
        using AesGcm reference = new(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray(), 16);
        byte[] nonce = [.. Enumerable.Range(100, 12).Select(number => (byte)number)];
        byte[] key = "a key of thirty-two bytes, truly"u8.ToArray();
        byte[] ciphertext = new byte[key.Length];
        byte[] tag = new byte[16];
        reference.Encrypt(nonce, key, ciphertext, tag, Encoding.UTF8.GetBytes("lethe key store v1\0share-1"));
        Assert.Equal(key, known.Unwrap("share-1", [1, .. nonce, .. ciphertext, .. tag]));
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "link", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    private static extern int Link(string from, string to);
}
