using System.Reflection;
using Lethe.Contracts;
using Xunit;

namespace Lethe.ArchitectureTests;

/// <summary>No content in Orleans: looks at every grain call, its arguments, its answers and everything in them.</summary>
public sealed class GrainContractTests
{
    private static readonly Assembly[] Ours = [typeof(Sealed).Assembly, typeof(Sessions.SessionServices).Assembly, RecordsAssembly];

    private static readonly HashSet<Type> Harmless =
    [
        typeof(bool),
        typeof(byte),
        typeof(int),
        typeof(long),
        typeof(uint),
        typeof(ulong),
        typeof(UInt128),
        typeof(Guid),
        typeof(void),
        typeof(DateTimeOffset),
        typeof(DateOnly),
        typeof(TimeSpan),
        typeof(CancellationToken),
        typeof(Task),
        typeof(ValueTask),
    ];

    private static Assembly RecordsAssembly => Assembly.Load("Lethe.Records");

    [Fact]
    public void EveryGrainInterface_IsFound() =>
        Assert.Contains(GrainInterfaces(), type => type == typeof(Contracts.Sessions.ISessionGrain));

    [Fact]
    public void NothingInAGrainCall_CanCarryContent()
    {
        List<string> found = [];
        HashSet<string> used = new(StringComparer.Ordinal);
        HashSet<Type> seen = [];
        foreach (MethodInfo method in GrainInterfaces().SelectMany(type => type.GetMethods()))
        {
            string call = $"{method.DeclaringType!.Name}.{method.Name}";
            Look(method.ReturnType, call);
            foreach (ParameterInfo parameter in method.GetParameters())
            {
                Look(parameter.ParameterType, $"{call}.{parameter.Name}");
            }
        }
        Assert.Equal(string.Empty, string.Join(Environment.NewLine, found.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
        Assert.Empty(WireAllowList.Reasons.Keys.Except(used, StringComparer.Ordinal)); // what is gone leaves the list

        void Look(Type type, string place)
        {
            if (Harmless.Contains(type) || type.IsEnum)
            {
                return;
            }
            if (IsBytesOrText(type))
            {
                (WireAllowList.Reasons.ContainsKey(place) ? (ICollection<string>)used : found).Add(place);
            }
            else if (type.IsArray)
            {
                Look(type.GetElementType()!, place);
            }
            else if (type.IsGenericType && !Ours.Contains(type.Assembly))
            {
                foreach (Type argument in type.GetGenericArguments())
                {
                    Look(argument, place);
                }
            }
            else if (!Ours.Contains(type.Assembly))
            {
                found.Add($"{place}: {type.Name}"); // the list of what may cross is closed
            }
            else if (seen.Add(type))
            {
                foreach ((string name, Type member) in WireMembers(type))
                {
                    Look(member, $"{type.Name}.{name}");
                }
                foreach (Type derived in Ours.SelectMany(assembly => assembly.GetTypes()).Where(other => other.BaseType == type))
                {
                    Look(derived, derived.Name);
                }
            }
        }
    }

    [Fact]
    public void SessionContracts_KnowNothingOfTheIdentityPlane()
    {
        string[] mayKnow = ["Lethe.Contracts", "Lethe.Contracts.Sessions"];
        Type[] sessions = [.. typeof(Sealed).Assembly.GetTypes().Where(type => type.Namespace == "Lethe.Contracts.Sessions")];
        IEnumerable<Type> known = sessions
            .SelectMany(type => WireMembers(type).Select(member => member.Type))
            .Concat(
                sessions
                    .Where(type => type.IsInterface)
                    .SelectMany(type => type.GetMethods())
                    .SelectMany(call => call.GetParameters().Select(parameter => parameter.ParameterType).Append(call.ReturnType))
            )
            .SelectMany(type => type.IsGenericType ? type.GetGenericArguments().Append(type) : [type])
            .Where(type => type.Assembly == typeof(Sealed).Assembly);
        Assert.Empty(known.Where(type => !mayKnow.Contains(type.Namespace, StringComparer.Ordinal)).Select(type => type.FullName));
    }

    [Fact]
    public void EveryTypeOfSecretBytes_HasAConstantText()
    {
        Assert.Equal("Sealed", new Sealed([65, 66, 67]).ToString());
        Assert.Equal("SupportKey", new Contracts.Support.SupportKey(new byte[32]).ToString());
    }

    [Fact]
    public void EveryWireType_HasAnAliasOfItsOwn()
    {
        Type[] types = [.. Ours.SelectMany(assembly => assembly.GetTypes()).Where(IsSerialised)];
        Assert.Empty(types.Where(type => AliasesOf(type).Length != 1).Select(type => type.FullName));
        Assert.Empty(Repeated(types.SelectMany(AliasesOf)));
    }

    [Fact]
    public void EveryMemberOfAWireType_HasAnIdOfItsOwn()
    {
        foreach (Type type in Ours.SelectMany(assembly => assembly.GetTypes()).Where(type => IsSerialised(type) && !type.IsEnum))
        {
            const BindingFlags declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            foreach (FieldInfo field in type.GetFields(declared))
            {
                Assert.True(IdOf(type, field) is not null, $"{type.Name}.{field.Name} has no Id: it would not travel.");
            }
            Assert.Empty(Repeated(type.GetFields(declared).Select(field => IdOf(type, field)).Where(id => id is not null)));
        }
    }

    [Fact]
    public void EveryGrainInterface_HasATypeNameAndEveryCallAnAlias()
    {
        Type[] interfaces = [.. GrainInterfaces()];
        Assert.Empty(interfaces.Where(type => type.GetCustomAttribute<GrainInterfaceTypeAttribute>() is null).Select(type => type.Name));
        Assert.Empty(
            Repeated(
                interfaces.Select(type =>
                    type.GetCustomAttribute<GrainInterfaceTypeAttribute>()!.GetGrainInterfaceType(null!, type).ToString()
                )
            )
        );
        foreach (Type type in interfaces)
        {
            Assert.All(type.GetMethods(), method => Assert.NotNull(method.GetCustomAttribute<AliasAttribute>()));
            Assert.Empty(Repeated(type.GetMethods().Select(method => method.GetCustomAttribute<AliasAttribute>()!.Alias)));
        }
    }

    [Fact]
    public void NoSessionGrain_HasStoredState() =>
        Assert.Empty(GrainClasses(typeof(Sessions.SessionServices).Assembly).SelectMany(StatesOf));

    [Fact]
    public void NoGrain_DerivesFromGrainOfState() =>
        Assert.Empty(
            Ours.SelectMany(GrainClasses)
                .Where(type => type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(Grain<>))
                .Select(type => type.Name)
        );

    [Fact]
    public void EveryStatesName_BelongsToOneGrainClass()
    {
        string[] names = [.. Ours.SelectMany(GrainClasses).SelectMany(StatesOf).Select(state => state.StateName)];
        Assert.NotEmpty(names);
        Assert.Empty(Repeated(names)); // ADO.NET storage ignores the grain type: two classes would share a row
        Assert.DoesNotContain("state", names, StringComparer.Ordinal);
    }

    private static IEnumerable<Type> GrainInterfaces() =>
        Ours.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type));

    private static IEnumerable<Type> GrainClasses(Assembly assembly) =>
        assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && typeof(Grain).IsAssignableFrom(type));

    private static IEnumerable<PersistentStateAttribute> StatesOf(Type grain) =>
        grain
            .GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(constructor => constructor.GetParameters())
            .SelectMany(parameter => parameter.GetCustomAttributes<PersistentStateAttribute>());

    private static string[] AliasesOf(Type type) =>
        [.. type.GetCustomAttributes<AliasAttribute>(inherit: false).Select(alias => alias.Alias)];

    private static bool IsSerialised(Type type) => type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false) is not null;

    private static bool IsBytesOrText(Type type) =>
        type == typeof(string)
        || type == typeof(char[])
        || type == typeof(byte[])
        || type == typeof(object)
        || type == typeof(Memory<byte>)
        || type == typeof(ReadOnlyMemory<byte>)
        || type == typeof(Memory<char>)
        || type == typeof(ReadOnlyMemory<char>);

    private static IEnumerable<(string Name, Type Type)> WireMembers(Type type)
    {
        const BindingFlags declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        return type.GetFields(declared).Select(field => (NameOf(field), field.FieldType));
    }

    // A property's field is named <Name>k__BackingField; a captured parameter's <name>P.
    private static string NameOf(FieldInfo field) =>
        field.Name is ['<', .. string rest] ? rest[..rest.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    private static uint? IdOf(Type type, FieldInfo field)
    {
        IdAttribute? id =
            field.GetCustomAttribute<IdAttribute>()
            ?? type.GetProperty(NameOf(field), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                ?.GetCustomAttribute<IdAttribute>();
        return id?.Id;
    }

    private static IEnumerable<T> Repeated<T>(IEnumerable<T> values) =>
        values.GroupBy(value => value).Where(group => group.Skip(1).Any()).Select(group => group.Key);
}
