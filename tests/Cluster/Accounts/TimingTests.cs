using Lethe.Control.Identity.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>
/// The time of an answer tells no more than the answer. The cap is a quarter of what the fault would cost that the rule is there against,
/// as it was measured in the same minutes: the hash of a password that is not computed, the look-up of an account that is. Below it is
/// what a row takes to be decrypted; and nobody has a thousand tries at an address, which is locked after five.
/// </summary>
[Collection(SqliteAccountsSuite.Name)]
public sealed class TimingTests(SqliteAccounts cell, ITestOutputHelper output)
{
    private const int Rounds = 60;
    private const int Iterations = 20_000; // a tenth of production's: ten times as sensitive to all that is not the hash
    private const string Wrong = "wrong wrong wrong";
    private static readonly PasswordHasher<Account> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private static readonly DecoyHash Decoy = new(Hasher);
    private int networks;

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task SignIn_UnknownWrongLockedOrInvited_TakesTheSameTime()
    {
        (Person anna, Person reto) = (await NewPersonAsync(), await NewPersonAsync());
        string invited = AccountsCell.NewEmail();
        await cell.InScopeAsync<InvitationService, InvitationResult>(invitations =>
            invitations.CreateAsync(anna.Tenant, invited, "en", Cancel)
        );
        (string unknown, string lockedUnknown) = (AccountsCell.NewEmail(), AccountsCell.NewEmail());
        Timings timings = new();
        await timings.MeasureAsync(
            Rounds,
            new Dictionary<string, Func<Task<Func<Task>>>>(StringComparer.Ordinal)
            {
                ["unknown"] = () => FirstAsync(unknown, Hasher),
                ["wrong"] = () => FirstAsync(anna.Email, Hasher),
                ["invited"] = () => FirstAsync(invited, Hasher),
                ["unknown again"] = () => AgainAsync(unknown, 1),
                ["wrong again"] = () => AgainAsync(anna.Email, 1),
                ["locked"] = () => AgainAsync(reto.Email, 5),
                ["locked unknown"] = () => AgainAsync(lockedUnknown, 5),
                ["counted"] = () => EnterAsync(anna.Email, 1),
                ["counted while it is locked"] = () => EnterAsync(anna.Email, 5),
                ["unknown, without the decoy"] = () => FirstAsync(unknown, new HasherWithoutDecoy()),
                ["the hash alone"] = () =>
                    Task.FromResult<Func<Task>>(() => Task.FromResult(Hasher.VerifyHashedPassword(Decoy.Account, Decoy.Value, Wrong))),
            }
        );
        double cap = timings.Median("the hash alone") / 4;
        Assert.True(Told(timings, "wrong", "unknown, without the decoy", cap), "The test can fail.");
        Assert.False(Told(timings, "counted while it is locked", "counted", timings.Median("counted") / 2));
        Assert.False(Told(timings, "wrong", "unknown", cap));
        Assert.False(Told(timings, "invited", "unknown", cap));
        Assert.False(Told(timings, "wrong again", "unknown again", cap));
        Assert.False(Told(timings, "locked", "locked unknown", cap));
        Assert.False(Told(timings, "locked", "wrong again", cap));
        Assert.False(Told(timings, "locked unknown", "unknown again", cap));
    }

    [Fact]
    public async Task ResetRequest_KnownUnknownOrInvited_TakesTheSameTime()
    {
        Person anna = await cell.NewPersonAsync();
        string invited = AccountsCell.NewEmail();
        await cell.InScopeAsync<InvitationService, InvitationResult>(invitations =>
            invitations.CreateAsync(anna.Tenant, invited, "en", Cancel)
        );
        Timings timings = new();
        await timings.MeasureAsync(
            Rounds,
            new Dictionary<string, Func<Task<Func<Task>>>>(StringComparer.Ordinal)
            {
                ["known"] = () => RequestAsync(anna.Email),
                ["unknown"] = () => RequestAsync(AccountsCell.NewEmail()),
                ["invited"] = () => RequestAsync(invited),
                ["known, looked up first"] = () => LookUpAsync(anna.Email),
                ["unknown, looked up first"] = () => LookUpAsync(AccountsCell.NewEmail()),
            }
        );
        double cap = (timings.Median("known, looked up first") - timings.Median("unknown, looked up first")) / 4;
        Assert.True(Told(timings, "known, looked up first", "unknown, looked up first", cap), "The test can fail.");
        Assert.False(Told(timings, "known", "unknown", cap));
        Assert.False(Told(timings, "invited", "unknown", cap));
        Assert.False(Told(timings, "known", "invited", cap));
    }

    private bool Told(Timings timings, string one, string other, double cap)
    {
        Difference difference = timings.Compare(one, other);
        output.WriteLine(
            $"{one} {timings.Median(one):F3} ms, {other} {timings.Median(other):F3} ms; apart {difference.Milliseconds:F3} ms (p {difference.Probability:F4}), cap {cap:F3} ms"
        );
        return difference.CanBeTold(cap);
    }

    // The stored hash is as dear as the decoy's: else it is not the work that is compared.
    private async Task<Person> NewPersonAsync()
    {
        Person person = await cell.NewPersonAsync();
        IdentityResult stored = await cell.InScopeAsync<UserManager<Account>, IdentityResult>(async users =>
        {
            Account account = (await users.FindByEmailAsync(person.Email))!;
            account.PasswordHash = Hasher.HashPassword(account, person.Password);
            return await users.UpdateAsync(account);
        });
        Assert.True(stored.Succeeded);
        return person;
    }

    private async Task<Func<Task>> FirstAsync(string email, IPasswordHasher<Account> hasher)
    {
        await AttemptAsync(email, 1);
        await InScopeAsync<Attempts>(attempts => attempts.ClearAsync(email, Cancel));
        return () => VerifyAsync(email, hasher);
    }

    private async Task<Func<Task>> EnterAsync(string email, int failures)
    {
        await AttemptAsync(email, failures);
        return () => InScopeAsync<Attempts>(attempts => attempts.EnterAsync(email, Cancel));
    }

    private async Task<Func<Task>> AgainAsync(string email, int failures)
    {
        await AttemptAsync(email, failures);
        return () => VerifyAsync(email, Hasher);
    }

    private async Task AttemptAsync(string email, int failures)
    {
        await InScopeAsync<Attempts>(async attempts =>
        {
            await attempts.ClearAsync(email, Cancel);
            for (int failed = 0; failed < failures; failed++)
            {
                Assert.True(await attempts.EnterAsync(email, Cancel));
            }
        });
        cell.Silo.Clock.Advance(TimeSpan.FromMilliseconds(1)); // SQLite writes nothing when nothing changes
    }

    private Task VerifyAsync(string email, IPasswordHasher<Account> hasher) =>
        InScopeAsync<IServiceProvider>(async services =>
        {
            UserManager<Account> users = services.GetRequiredService<UserManager<Account>>();
            users.PasswordHasher = hasher;
            SignInService signIn = ActivatorUtilities.CreateInstance<SignInService>(services, users, Decoy);
            Assert.Null(await signIn.VerifyAsync(email, Wrong, Cancel));
        });

    // A network of its own each time: what is measured is the answer, not the limit.
    private Task<Func<Task>> RequestAsync(string email)
    {
        string network = $"network {++networks}";
        return Task.FromResult<Func<Task>>(() =>
            InScopeAsync<PasswordResetService>(resets =>
            {
                Assert.True(resets.Request(email, network));
                return Task.CompletedTask;
            })
        );
    }

    private Task<Func<Task>> LookUpAsync(string email) =>
        Task.FromResult<Func<Task>>(() => InScopeAsync<PasswordResetService>(resets => resets.SendAsync(email, Cancel)));

    private async Task InScopeAsync<TService>(Func<TService, Task> call)
        where TService : notnull
    {
        await using AsyncServiceScope scope = cell.Services.CreateAsyncScope();
        await call(scope.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>The fault that the decoy is there against.</summary>
    private sealed class HasherWithoutDecoy : IPasswordHasher<Account>
    {
        public string HashPassword(Account user, string password) => Hasher.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword) =>
            hashedPassword == Decoy.Value
                ? PasswordVerificationResult.Failed
                : Hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}
