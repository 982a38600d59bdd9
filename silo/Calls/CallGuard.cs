using System.Collections.Concurrent;
using System.Diagnostics;
using Lethe.Contracts;
using Orleans.Storage;

namespace Lethe.Silo.Calls;

/// <summary>
/// Sees every call into this silo. It keeps Orleans' management from clients, and lets nothing out of our grains but
/// answers, <see cref="OperationCanceledException"/> and <see cref="GrainFault"/>: the text of any other exception may quote
/// what was being worked on, and Orleans sends it to the caller and to its logs.
/// </summary>
internal sealed partial class CallGuard(ILogger<CallGuard> logger) : IIncomingGrainCallFilter
{
    private static readonly HashSet<string> Management = new(StringComparer.Ordinal)
    {
        "IManagementGrain",
        "IGrainManagementExtension",
        "ISiloControl",
        "IVersionManager",
    };

    private static readonly ConcurrentDictionary<Type, bool> Ours = []; // by class, of which there are few

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsManagement(context.InterfaceName) && context.SourceId?.IsSystemTarget() != true)
        {
            LogManagementRefused();
            throw new GrainFault("ManagementRefused");
        }

        return IsOurs(context) ? InvokeGuardedAsync(context) : context.Invoke();
    }

    private static bool IsManagement(string name) =>
        Management.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name.AsSpan(name.LastIndexOf('.') + 1));

    private static bool IsOurs(IIncomingGrainCallContext context) =>
        context.TargetContext?.GrainInstance?.GetType() is { } grain
        && Ours.GetOrAdd(grain, static type => type.Assembly.GetName().Name?.StartsWith("Lethe.", StringComparison.Ordinal) == true);

    private async Task InvokeGuardedAsync(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not GrainFault)
        {
            string kind = exception.GetType().Name;
            LogGrainFailed(context.TargetContext.GrainInstance!.GetType().Name, context.MethodName, kind, Place(exception));
            if (exception is InconsistentStateException)
            {
                // Orleans would do this itself if it saw the exception: memory and store differ, so the activation goes.
                context.TargetContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, kind));
            }

#pragma warning disable MA0054 // The cause may quote content; it ends here.
            throw new GrainFault(kind);
#pragma warning restore MA0054
        }
    }

    // Where it was thrown, as a method's name: code, never a value.
    private static string Place(Exception exception) =>
        new StackTrace(exception, fNeedFileInfo: false).GetFrame(0)?.GetMethod() is { } method
            ? $"{method.DeclaringType?.Name}.{method.Name}"
            : "unknown";

    [LoggerMessage(EventIds.ManagementRefused, LogLevel.Warning, "A call to Orleans' management was refused")]
    private partial void LogManagementRefused();

    [LoggerMessage(EventIds.GrainFailed, LogLevel.Error, "{GrainClass}.{Method} failed: {ExceptionType} in {Place}")]
    private partial void LogGrainFailed(string grainClass, string method, string exceptionType, string place);
}
