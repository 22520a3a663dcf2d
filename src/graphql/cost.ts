import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  typeFromAST,
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type NamedTypeNode,
  type SelectionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { TooCostlyError } from '../kernel/errors.ts';

/**
 * Objects that one operation may ask for, at most. A page of 1000 entities, each with a
 * dozen others, fits; fields that cost more than an object say so in their `extensions: { cost }`.
 */
export const costMax = 20_000;

/** Objects in a list of which nothing says how long it is. */
const listAssumed = 5;
/** No page and no batch is longer than this: what asks for more is refused by the field itself, which says why. */
const listMax = 1000;

export type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** What a selection costs: a part that is fixed, lists whose length the arguments say, and of several types the dearest. */
type Plan = {
  fixed: number;
  lists: readonly { length: (variables: Variables) => number; each: Plan }[];
  choices: readonly (readonly Plan[])[];
};

/** The price of operations, by their arguments: how many objects they may give. Each is worked out once. */
export class Prices {
  private readonly schema: GraphQLSchema;
  private readonly plans = new WeakMap<OperationDefinitionNode, Plan>();

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** @returns the refusal of an operation that asks for too much; null for all others */
  check(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): TooCostlyError | null {
    let plan = this.plans.get(operation);
    if (!plan) this.plans.set(operation, (plan = this.plan(document, operation)));
    const cost = evaluate(plan, variables);
    if (cost <= costMax) return null;
    return new TooCostlyError(`This asks for up to ${cost} objects; ${costMax} at most. Take smaller pages.`);
  }

  private plan(document: DocumentNode, operation: OperationDefinitionNode): Plan {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    const planner = new Planner(this.schema, fragments, operation);
    const root = this.schema.getRootType(operation.operation);
    return root ? planner.planSet(root, operation.selectionSet, false) : nothing;
  }
}

const nothing: Plan = { fixed: 0, lists: [], choices: [] };

function evaluate({ fixed, lists, choices }: Plan, variables: Variables): number {
  const ofLists = lists.map(({ length, each }) => length(variables) * evaluate(each, variables));
  const ofChoices = choices.map((plans) => Math.max(...plans.map((plan) => evaluate(plan, variables))));
  return [...ofLists, ...ofChoices].reduce((total, cost) => total + cost, fixed);
}

const sum = (plans: readonly Plan[]): Plan => ({
  fixed: plans.reduce((total, { fixed }) => total + fixed, 0),
  lists: plans.flatMap(({ lists }) => lists),
  choices: plans.flatMap(({ choices }) => choices),
});

/** The plan of a selection, and the type it is for. */
type Selected = { plan: Plan; on: GraphQLCompositeType };

/** Works out the plan of a valid operation. A fragment is planned once for each kind of place that it stands in. */
class Planner {
  private readonly schema: GraphQLSchema;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly defaults: ReadonlyMap<string, unknown>;
  private readonly known = new Map<string, Selected>();

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    { variableDefinitions = [] }: OperationDefinitionNode,
  ) {
    this.schema = schema;
    this.fragments = fragments;
    this.defaults = new Map(
      variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, literalOf(defaultValue)]),
    );
  }

  /** @param isPage whether the lists in it have the length of the page around them */
  planSet(type: GraphQLCompositeType, { selections }: SelectionSetNode, isPage: boolean): Plan {
    const always: Plan[] = [];
    const byType = new Map<string, Plan[]>();
    for (const selection of selections) {
      const { plan, on } = this.planSelection(type, selection, isPage);
      if (!isAbstractType(type) || !isObjectType(on)) always.push(plan);
      else byType.set(on.name, [...(byType.get(on.name) ?? []), plan]);
    }
    const plan = sum(always);
    // An object has one type: of what is selected for each, the dearest counts.
    return byType.size === 0 ? plan : { ...plan, choices: [...plan.choices, [...byType.values()].map(sum)] };
  }

  private planSelection(type: GraphQLCompositeType, selection: SelectionNode, isPage: boolean): Selected {
    if (selection.kind === Kind.FIELD) return { plan: this.planField(type, selection, isPage), on: type };
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.planFragment(selection.name.value, isPage);
    const on = this.typeOf(selection.typeCondition) ?? type;
    return { plan: this.planSet(on, selection.selectionSet, isPage), on };
  }

  private planFragment(name: string, isPage: boolean): Selected {
    const place = `${name} ${isPage}`;
    const known = this.known.get(place);
    if (known) return known;
    const { typeCondition, selectionSet } = this.fragments.get(name)!;
    const on = this.typeOf(typeCondition)!;
    const selected = { plan: this.planSet(on, selectionSet, isPage), on };
    this.known.set(place, selected);
    return selected;
  }

  private typeOf(node: NamedTypeNode | undefined): GraphQLCompositeType | undefined {
    const type = node && typeFromAST(this.schema, node);
    return isCompositeType(type) ? type : undefined;
  }

  private planField(parent: GraphQLCompositeType, node: FieldNode, isPage: boolean): Plan {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field) return nothing;
    const own = Number(field.extensions['cost'] ?? 0);
    const type = getNamedType(field.type);
    if (!isCompositeType(type) || !node.selectionSet) return { ...nothing, fixed: own };
    const length = this.lengthOf(field, node);
    const isList = isListType(getNullableType(field.type));
    const inner = this.planSet(type, node.selectionSet, length !== null && !isList);
    const each = { ...inner, fixed: inner.fixed + 1 };
    if (isList && isPage && !length) return { ...each, fixed: each.fixed + own };
    if (!isList && !length) return { ...each, fixed: each.fixed + own };
    return { ...nothing, fixed: own + 1, lists: [{ length: length ?? (() => listAssumed), each }] };
  }

  /** How long the list of a field is, by its arguments: those of a page, or a list that is answered one by one. */
  private lengthOf(field: GraphQLField<unknown, unknown>, node: FieldNode): ((variables: Variables) => number) | null {
    const sizing = field.args.filter(
      ({ name, type }) => name === 'first' || name === 'last' || isListType(getNullableType(type)),
    );
    if (sizing.length === 0) return null;
    const usual = sizing.map(({ defaultValue }) => defaultValue).find((value) => typeof value === 'number') ?? 50;
    const readers = sizing.map(({ name }) => this.reader(node.arguments?.find((each) => each.name.value === name)));
    return (variables) => {
      const lengths = readers.map((read) => read(variables)).filter((length) => length !== undefined);
      return Math.min(listMax, Math.max(0, ...(lengths.length > 0 ? lengths : [usual])));
    };
  }

  /** Reads what an argument says about a length: a number, or how many there are in a list. */
  private reader(argument: ArgumentNode | undefined): (variables: Variables) => number | undefined {
    if (argument?.value.kind !== Kind.VARIABLE) {
      const length = toLength(literalOf(argument?.value));
      return () => length;
    }
    const { value: name } = argument.value.name;
    return (variables) => toLength(variables?.[name] ?? this.defaults.get(name));
  }
}

const toLength = (value: unknown): number | undefined =>
  Array.isArray(value) ? value.length : typeof value === 'number' && value >= 0 ? value : undefined;

/** A number, or a list as long as it is; nothing else says a length. */
function literalOf(node: ArgumentNode['value'] | undefined): unknown {
  if (node?.kind === Kind.INT) return Number(node.value);
  return node?.kind === Kind.LIST ? node.values.map(() => null) : undefined;
}
