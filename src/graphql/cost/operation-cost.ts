import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';
import { givesObjects } from '../slices.ts';
import {
  emptyLayout,
  type FieldCost,
  fieldCosts,
  type LayoutSize,
  rootCosts,
  STATEMENT,
  typicalLayout,
  USUAL_ROWS,
} from './field-costs.ts';

/** Bound for the number of fields that are visited, including those in nested fragments. The largest useful documents have some hundred. */
const MAX_LOOKS = 20_000;

export interface CostedOperation {
  readonly operation: OperationDefinitionNode;
  readonly fragment: (name: string) => FragmentDefinitionNode | undefined;
  /** As the client sent them, or as coerced by graphql-js. Only numbers and booleans are used. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The layout of the event with this global id; null if it would have to be read. */
  readonly layoutOf: (id: string) => LayoutSize | null;
}

/** Context of the fields of one selection. */
interface Scope {
  readonly layout: LayoutSize;
  /** Global id of the event whose layout is not known; null if it is. */
  readonly unknownEvent: string | null;
  /** Edges of the surrounding connection. */
  readonly edges: number;
}

const outermost: Scope = { layout: typicalLayout, unknownEvent: null, edges: USUAL_ROWS };

/** Computes the cost of selections. The formula is in docs/limits.md. */
export class OperationCost {
  /** Whether the cost depends on more than the document. */
  varies = false;
  /** Global ids of events whose layouts are not known, and are counted as empty. */
  readonly unknownEvents = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #costed: CostedOperation;
  #looks = 0;
  #statements = 0;

  constructor(schema: GraphQLSchema, costed: CostedOperation) {
    this.#schema = schema;
    this.#costed = costed;
  }

  /** Throws a GraphQLError if the document has too many fields. */
  total(): number {
    const { operation } = this.#costed;
    const root = this.#schema.getRootType(operation.operation);
    if (!root) return 0;
    const cost = this.#selection(operation.selectionSet, root.name, outermost);
    return cost + this.#statements * STATEMENT;
  }

  /** The cost of a field that returns objects of a known layout. */
  field(node: FieldNode, parentType: string, layout: LayoutSize): number {
    return this.#field(node, parentType, { ...outermost, layout });
  }

  #selection({ selections }: SelectionSetNode, typeName: string, scope: Scope): number {
    let cost = 0;
    for (const selection of selections) {
      this.#looks += 1;
      if (this.#looks > MAX_LOOKS) throw tooManyFields();
      if (selection.directives?.length && !this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        cost += this.#field(selection, typeName, scope);
      } else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#costed.fragment(selection.name.value);
        const ofType = fragment?.typeCondition?.name.value ?? typeName;
        if (fragment) cost += this.#selection(fragment.selectionSet, ofType, scope);
      }
    }
    return cost;
  }

  #field(node: FieldNode, parentType: string, outer: Scope): number {
    const name = node.name.value;
    const definition = this.#definition(parentType, name);
    if (definition === undefined) return 1;
    const costs: FieldCost = fieldCosts[`${parentType}.${name}`] ?? {};
    const scope = this.#scopeWithin(node, definition, costs, outer);
    this.#statements += costs.statements ?? 0;
    const own = 1 + this.#amount(costs.own ?? 0, scope) + (rootCosts[parentType] ?? 0);
    if (node.selectionSet === undefined) return own;
    const selected = this.#selection(node.selectionSet, getNamedType(definition.type).name, scope);
    return own + this.#rows(definition, costs, scope) * selected;
  }

  #definition(parentType: string, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    const type = this.#schema.getType(parentType);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }

  #scopeWithin(node: FieldNode, definition: GraphQLField<unknown, unknown>, costs: FieldCost, outer: Scope): Scope {
    const within = this.#eventWithin(node, definition, outer);
    if (costs.page === undefined) return within;
    const size = this.#argument(node, 'first') ?? this.#argument(node, 'last');
    const asked = typeof size === 'number' ? Math.max(0, Math.min(size, costs.page.max)) : costs.page.usual;
    const isOfSeats = getNamedType(definition.type).name === 'SeatConnection';
    return { ...within, edges: isOfSeats ? Math.min(asked, within.layout.seats) : asked };
  }

  /** The layout of an event that is selected by its id may be known. All others count as typical. */
  #eventWithin(node: FieldNode, definition: GraphQLField<unknown, unknown>, outer: Scope): Scope {
    const gives = getNamedType(definition.type).name;
    if (gives !== 'Event' && gives !== 'Node') return outer;
    const id = this.#argument(node, 'id');
    if (typeof id !== 'string') return { ...outer, layout: typicalLayout, unknownEvent: null };
    this.varies = true;
    const layout = this.#costed.layoutOf(id);
    return { ...outer, layout: layout ?? emptyLayout, unknownEvent: layout === null ? id : null };
  }

  #rows(definition: GraphQLField<unknown, unknown>, { rows }: FieldCost, scope: Scope): number {
    if (rows !== undefined) return this.#amount(rows, scope);
    if (!givesObjects(definition.type)) return 1;
    return definition.name === 'edges' || definition.name === 'nodes' ? scope.edges : USUAL_ROWS;
  }

  #amount(amount: number | ((layout: LayoutSize) => number), { layout, unknownEvent }: Scope): number {
    if (typeof amount === 'number') return amount;
    if (unknownEvent !== null) this.unknownEvents.add(unknownEvent);
    return amount(layout);
  }

  #argument(node: FieldNode, name: string): unknown {
    const argument = node.arguments?.find((given) => given.name.value === name);
    return argument && this.#value(argument.value);
  }

  #value(node: ValueNode): unknown {
    switch (node.kind) {
      case Kind.VARIABLE:
        this.varies = true;
        return this.#variable(node.name.value);
      case Kind.INT:
        return Number(node.value);
      case Kind.BOOLEAN:
      case Kind.STRING:
        return node.value;
      default:
        return undefined;
    }
  }

  #variable(name: string): unknown {
    const given = this.#costed.variables[name];
    if (given !== undefined) return given;
    const definition = this.#costed.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    return definition?.defaultValue && this.#value(definition.defaultValue);
  }

  #isIncluded({ directives = [] }: Pick<FieldNode, 'directives'>): boolean {
    return directives.every(({ name, arguments: given = [] }) => {
      const condition = given[0] && this.#value(given[0].value);
      return name.value === 'skip' ? condition !== true : name.value !== 'include' || condition !== false;
    });
  }
}

function tooManyFields(): GraphQLError {
  return new GraphQLError(`The operation has more than ${MAX_LOOKS} fields`, {
    extensions: { code: 'QUERY_TOO_LARGE', limit: MAX_LOOKS },
  });
}
