using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lethe.PrivacyPass;

/// <summary>
/// Raw RSA on OpenSSL, which .NET does not offer: constant-time exponentiation, base blinding and a fault check of the CRT
/// result are libcrypto's. The key handle is shared by all threads; each call has a context of its own.
/// </summary>
internal sealed partial class OpenSslRsa : IDisposable
{
    private const string Library = "libcrypto.so.3";
    private const int NoPadding = 3;
    private const int MajorShift = 28; // 0x30000000 is 3.0.0
    private static readonly string[] Libraries = [Library, "libssl.so.3"];

    private readonly SafeEvpPKeyHandle key;
    private readonly int length;

    public OpenSslRsa(RSAParameters parameters)
    {
        EnsureSupported();
        using var rsa = new RSAOpenSsl(parameters);
        key = rsa.DuplicateKeyHandle();
        length = parameters.Modulus!.Length;
    }

    /// <summary>Throws one sentence when this machine cannot sign. To be asked before anything else of cryptography: .NET aborts without OpenSSL.</summary>
    public static void EnsureSupported() =>
        EnsureSupported(
            OperatingSystem.IsLinux() && Libraries.All(library => NativeLibrary.TryLoad(library, out nint _)),
            static () => (nuint)SafeEvpPKeyHandle.OpenSslVersion,
            OpenSSL_version_num
        );

    internal static void EnsureSupported(bool isFound, Func<nuint> versionOfDotNet, Func<nuint> versionOfOurs)
    {
        if (!isFound)
        {
            throw new PlatformNotSupportedException(
                "Blind signing needs OpenSSL 3 on Linux (libcrypto.so.3 and libssl.so.3), which was not found."
            );
        }
        nuint loaded = versionOfDotNet();
        if (loaded >> MajorShift < 3)
        {
            throw new PlatformNotSupportedException(
                "Blind signing needs OpenSSL 3, and .NET has loaded an older one: see CLR_OPENSSL_VERSION_OVERRIDE."
            );
        }
        // The key handles come from the library that .NET loaded; another build of it could not read them.
        if (loaded != versionOfOurs())
        {
            throw new PlatformNotSupportedException("Blind signing needs the same OpenSSL 3 library that .NET has loaded.");
        }
    }

    public void Dispose() => key.Dispose();

    /// <summary>Raises to the private exponent. The value is the modulus' length and below it: the caller's check.</summary>
    public byte[] PrivateOperation(ReadOnlySpan<byte> value) => Run(value, isPrivate: true);

    /// <summary>Raises to the public exponent.</summary>
    public byte[] PublicOperation(ReadOnlySpan<byte> value) => Run(value, isPrivate: false);

    private byte[] Run(ReadOnlySpan<byte> value, bool isPrivate)
    {
        nint context = EVP_PKEY_CTX_new(key, 0);
        if (context == 0)
        {
            throw new CryptographicException("OpenSSL gave no context.");
        }
        try
        {
            var output = new byte[length];
            nuint written = (nuint)length;
            bool done =
                (isPrivate ? EVP_PKEY_decrypt_init(context) : EVP_PKEY_encrypt_init(context)) == 1
                && EVP_PKEY_CTX_set_rsa_padding(context, NoPadding) == 1
                && (
                    isPrivate
                        ? EVP_PKEY_decrypt(context, output, ref written, value, (nuint)value.Length)
                        : EVP_PKEY_encrypt(context, output, ref written, value, (nuint)value.Length)
                ) == 1
                && written == (nuint)length;
            return done ? output : throw new CryptographicException("OpenSSL refused the RSA operation.");
        }
        finally
        {
            EVP_PKEY_CTX_free(context);
        }
    }

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint OpenSSL_version_num();

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint EVP_PKEY_CTX_new(SafeEvpPKeyHandle key, nint engine);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EVP_PKEY_CTX_set_rsa_padding(nint context, int padding);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EVP_PKEY_decrypt_init(nint context);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EVP_PKEY_decrypt(
        nint context,
        Span<byte> output,
        ref nuint outputLength,
        ReadOnlySpan<byte> input,
        nuint inputLength
    );

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EVP_PKEY_encrypt_init(nint context);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EVP_PKEY_encrypt(
        nint context,
        Span<byte> output,
        ref nuint outputLength,
        ReadOnlySpan<byte> input,
        nuint inputLength
    );
}
