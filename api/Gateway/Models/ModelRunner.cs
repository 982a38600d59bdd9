using System.Runtime.CompilerServices;

namespace Lethe.Gateway.Models;

/// <summary>Tries the chosen routes in their order. After the first answer byte there is no other route any more.</summary>
/// <param name="table">Asked again just before bytes leave.</param>
internal sealed class ModelRunner(IModelRoutes table) : IModelRunner
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelEvent> RunAsync(
        RoutesChosen routes,
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ModelFailed failed = new(ModelFailure.NoCompliantRoute, 0);
        foreach (ModelRoute route in routes.Routes)
        {
            if (!table.IsOpen(route))
            {
                continue;
            }
            yield return new ModelReached(route);
            bool answered = false;
            bool again = false;
            await foreach (ModelEvent happened in route.Protocol.RunAsync(route, request, cancellationToken))
            {
                answered |= happened is TextDelta;
                if (!answered && happened is ModelFailed failure && MayTryAnother(failure.Failure))
                {
                    failed = failure;
                    again = true;
                    break;
                }
                yield return happened;
            }
            if (!again)
            {
                yield break;
            }
        }
        yield return failed;
    }

    /// <summary>Tells whether another vendor may be asked. A prompt that one refused is not shown to the next.</summary>
    /// <param name="failure">Why the first gave no answer.</param>
    /// <returns>Whether it may.</returns>
    public static bool MayTryAnother(ModelFailure failure) =>
        failure is not (ModelFailure.UpstreamFiltered or ModelFailure.UpstreamRefused);
}
