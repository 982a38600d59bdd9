namespace Lethe.Gateway.Models;

/// <summary>What a protocol reads of a request.</summary>
public enum ModelInput
{
    /// <summary>The messages: a prompt.</summary>
    Messages = 1,

    /// <summary>The material: documents, instruction and selection apart.</summary>
    Material = 2,
}

/// <summary>How to talk to one kind of model. Turns call <see cref="IModelRunner"/>, never this.</summary>
public interface IModelProtocol
{
    /// <summary>Gets the name that a route's <c>protocol</c> has.</summary>
    string Name { get; }

    /// <summary>Gets what it reads.</summary>
    ModelInput Input { get; }

    /// <summary>Tells whether models behind this protocol can do this.</summary>
    /// <param name="action">The action.</param>
    /// <returns>Whether they can.</returns>
    bool Supports(ModelAction action);

    /// <summary>Runs one request on one open route.</summary>
    /// <param name="route">The route.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Stops the run and closes the connection to the vendor at once.</param>
    /// <returns>The events, without <see cref="ModelReached"/>.</returns>
    IAsyncEnumerable<ModelEvent> RunAsync(ModelRoute route, ModelRequest request, CancellationToken cancellationToken);
}
