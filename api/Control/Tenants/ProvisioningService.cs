using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Control.Discovery;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Moves;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Tenants;

/// <summary>
/// Creates this region's tenants as configured, and tells the other cells of them. Repeats what failed until it is done;
/// changes nothing of a tenant that has moved away.
/// </summary>
internal sealed partial class ProvisioningService(
    IGrainFactory grains,
    ICellLink link,
    CellSignatures signatures,
    IssuerRegistry issuers,
    Pseudonyms pseudonyms,
    ProvisionedAccounts provisionedAccounts,
    Domains domains,
    Readiness readiness,
    TimeProvider clock,
    IOptions<ControlOptions> control,
    IOptions<ProvisioningOptions> options,
    ILogger<ProvisioningService> logger
) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Region here = control.Value.Here;
        Queue<Func<Task<bool>>> open = new(
            options
                .Value.Tenants.Where(tenant => tenant.Region == here.ToName())
                .Select<ProvisionedTenant, Func<Task<bool>>>(tenant => () => ProvisionAsync(tenant, stoppingToken))
        );
        try
        {
            await RepeatAsync(open, stoppingToken);
            LogProvisioned(open.Count);
            // Keys exist before the first one asks for them.
            await RepeatAsync(new([() => MakeKeysAsync(stoppingToken)]), stoppingToken);
            readiness.IsProvisioned = true;
            await RepeatAsync(pushes, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // told to stop
        }
    }

    private readonly Queue<Func<Task<bool>>> pushes = new();

    private async Task RepeatAsync(Queue<Func<Task<bool>>> open, CancellationToken stoppingToken)
    {
        while (open.Count > 0)
        {
            for (int left = open.Count; left > 0; left--)
            {
                Func<Task<bool>> job = open.Dequeue();
                if (!await TryAsync(job, stoppingToken))
                {
                    open.Enqueue(job);
                }
            }
            if (open.Count > 0)
            {
                await Task.Delay(options.Value.RetryAfter, clock, stoppingToken);
            }
        }
    }

    private async Task<bool> TryAsync(Func<Task<bool>> job, CancellationToken stoppingToken)
    {
        try
        {
            return await job();
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(fault.GetType().Name);
            return false;
        }
    }

    private async Task<bool> MakeKeysAsync(CancellationToken cancellationToken)
    {
        await grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key).ListAsync(cancellationToken);
        return true;
    }

    private async Task<bool> ProvisionAsync(ProvisionedTenant configured, CancellationToken cancellationToken)
    {
        if (
            !TenantId.TryParse(configured.Id, out TenantId tenant)
            || !PolicyClass.TryParse(configured.PolicyClass, out PolicyClass policyClass)
        )
        {
            throw new InvalidOperationException("Provisioning: a tenant id or policy class is none.");
        }
        List<DomainId> names =
        [
            .. configured.Domains.Select(text =>
                domains.TryRead(text, out DomainId id) ? id : throw new InvalidOperationException("Provisioning: no domain.")
            ),
        ];
        TokenQuota? quota = configured is { AccountTokensPerEpoch: { } perAccount, TenantTokensPerEpoch: { } perTenant }
            ? new(perAccount, perTenant)
            : null;
        List<Member> members = [];
        foreach (ProvisionedMember member in configured.Members)
        {
            members.Add(await ReadAsync(tenant, member, cancellationToken));
        }
        ProvisionTenant command = new(policyClass, names, members, quota);
        TenantResult result = await grains.GetGrain<ITenantGrain>(tenant.GrainKey).ProvisionAsync(command, cancellationToken);
        if (result is not TenantProvisioned provisioned)
        {
            return true; // it has moved, or is moving
        }
        RecordClaims claims = new(
            tenant.Value,
            control.Value.Region,
            provisioned.Version,
            [.. names.Select(name => name.Value).Order(StringComparer.Ordinal)]
        );
        string signed = signatures.Sign(CellMessage.Record, claims, CellJson.Default.RecordClaims);
        DirectoryPut put = await grains
            .GetGrain<IDirectoryGrain>(tenant.GrainKey)
            .PutAsync(new(tenant, control.Value.Here, provisioned.Version, names, signed), cancellationToken);
        if (put is DirectoryPut.DomainTaken)
        {
            throw new InvalidOperationException("Provisioning: a domain is another tenant's.");
        }
        foreach (CellOptions cell in control.Value.Cells.Where(cell => cell.Region != control.Value.Region && cell.CellUrl is not null))
        {
            Region peer = RegionNames.TryParse(cell.Region, out Region region) ? region : throw new InvalidOperationException("No region.");
            pushes.Enqueue(() => PushAsync(peer, signed, cancellationToken));
        }
        return true;
    }

    private async Task<bool> PushAsync(Region peer, string signed, CancellationToken cancellationToken)
    {
        CellAnswer? answer = await link.SendAsync(peer, CellMessage.Record, signed, cancellationToken);
        LogPushed(peer, answer?.Accepted ?? false);
        return answer is { Accepted: true };
    }

    private async Task<Member> ReadAsync(TenantId tenant, ProvisionedMember member, CancellationToken cancellationToken)
    {
        Role roles = Role.None;
        foreach (string name in member.Roles)
        {
            roles |= Roles.TryParse(name, out Role role) ? role : throw new InvalidOperationException("Provisioning: no such role.");
        }
        if (member.Email is { } email)
        {
            return new(await provisionedAccounts.FindOrInviteAsync(tenant, email, member.Language, cancellationToken), roles);
        }
        TrustedIssuer? issuer = member.Issuer is null ? issuers.Of(tenant) : issuers.Find(member.Issuer);
        if (issuer?.Tenant != tenant || member.Subject is not { } subject)
        {
            throw new InvalidOperationException("Provisioning: a member's issuer is not the tenant's.");
        }
        return new(pseudonyms.Of(issuer.PseudonymName, subject), roles);
    }

    [LoggerMessage(EventIds.TenantsProvisioned, LogLevel.Information, "The configured tenants stand; {Open} are left")]
    private partial void LogProvisioned(int open);

    [LoggerMessage(EventIds.ProvisioningFailed, LogLevel.Warning, "Provisioning failed and will be repeated: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);

    [LoggerMessage(EventIds.RecordPushed, LogLevel.Debug, "A directory record went to {Peer}: {Accepted}")]
    private partial void LogPushed(Region peer, bool accepted);
}
