using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Lethe.PrivacyPass;

/// <summary>The arithmetic of the client's half of RFC 9474, SHA-384. Not constant time: it runs on the client's own secrets only.</summary>
internal static class BlindRsaMath
{
    private static readonly byte[] EightZeros = new byte[8];

    /// <summary>EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with SHA-384 and MGF1 on SHA-384.</summary>
    public static byte[] EncodePss(ReadOnlySpan<byte> message, ReadOnlySpan<byte> salt, int bits)
    {
        int length = (bits + 7) / 8;
        byte[] digest = SHA384.HashData([.. EightZeros, .. SHA384.HashData(message), .. salt]);
        byte[] block = [.. new byte[length - salt.Length - digest.Length - 2], 1, .. salt];
        byte[] mask = Mgf1(digest, block.Length);
        for (int at = 0; at < block.Length; at++)
        {
            block[at] ^= mask[at];
        }
        block[0] &= (byte)(0xff >> ((8 * length) - bits));
        return [.. block, .. digest, 0xbc];
    }

    /// <summary>Blind (RFC 9474 §4.2) with a given blind, whose inverse comes back.</summary>
    public static (BigInteger Blinded, BigInteger Inverse) Blind(
        ReadOnlySpan<byte> encoded,
        BigInteger blind,
        BigInteger modulus,
        BigInteger exponent
    )
    {
        BigInteger message = Read(encoded);
        if (!BigInteger.GreatestCommonDivisor(message, modulus).IsOne)
        {
            throw new CryptographicException("The message shares a factor with the modulus.");
        }
        return (message * BigInteger.ModPow(blind, exponent, modulus) % modulus, Invert(blind, modulus));
    }

    /// <summary>Takes the blind off (RFC 9474 §4.4); the caller verifies the outcome.</summary>
    public static BigInteger Unblind(BigInteger blindSignature, BigInteger inverse, BigInteger modulus) =>
        blindSignature * inverse % modulus;

    /// <summary>A fresh blind: uniform among the numbers below the modulus that have an inverse.</summary>
    public static BigInteger NewBlind(BigInteger modulus, int length)
    {
        while (true)
        {
            BigInteger blind = Read(RandomNumberGenerator.GetBytes(length));
            if (blind < modulus && BigInteger.GreatestCommonDivisor(blind, modulus).IsOne)
            {
                return blind;
            }
        }
    }

    public static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    public static byte[] Write(BigInteger value, int length)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    private static BigInteger Invert(BigInteger value, BigInteger modulus)
    {
        (BigInteger factor, BigInteger next) = (BigInteger.Zero, BigInteger.One);
        (BigInteger rest, BigInteger divisor) = (modulus, value);
        while (!divisor.IsZero)
        {
            BigInteger quotient = rest / divisor;
            (factor, next) = (next, factor - (quotient * next));
            (rest, divisor) = (divisor, rest - (quotient * divisor));
        }
        if (!rest.IsOne)
        {
            throw new CryptographicException("The blind has no inverse.");
        }
        return factor.Sign < 0 ? factor + modulus : factor;
    }

    private static byte[] Mgf1(ReadOnlySpan<byte> seed, int length)
    {
        var mask = new byte[length];
        Span<byte> counter = stackalloc byte[4];
        for (int offset = 0, block = 0; offset < length; block++)
        {
            BinaryPrimitives.WriteInt32BigEndian(counter, block);
            byte[] digest = SHA384.HashData([.. seed, .. counter]);
            int count = Math.Min(digest.Length, length - offset);
            digest.AsSpan(0, count).CopyTo(mask.AsSpan(offset));
            offset += count;
        }
        return mask;
    }
}
