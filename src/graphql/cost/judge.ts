import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { LayoutSize } from './field-costs.ts';
import { faultOfVariables } from './inputs.ts';
import type { LayoutSizes } from './layout-size.ts';
import { OperationCost } from './operation-cost.ts';

export interface JudgeOptions {
  readonly schema: GraphQLSchema;
  /** 0 means no limit. */
  readonly maxCost: number;
  readonly layoutSizes: LayoutSizes;
}

export interface JudgedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/** Computes the cost of an operation before it is executed, or an error that refuses it. */
export class Judge {
  readonly #options: JudgeOptions;
  /** Cached costs of operations that do not depend on variables. */
  readonly #known = new WeakMap<OperationDefinitionNode, number>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  costOf({ document, operation, variables }: JudgedOperation): number | GraphQLError | Promise<number | GraphQLError> {
    const { schema, maxCost } = this.#options;
    const given = variables ?? {};
    const fault = faultOfVariables(schema, operation, given);
    if (fault !== null) return fault;
    if (maxCost === 0) return 0;
    const known = this.#known.get(operation);
    return known === undefined ? this.#count({ document, operation, variables: given }) : this.#within(known);
  }

  /** Reads the layouts of events that are named by their ids first, so that their real sizes count. */
  async #count(judged: Required<JudgedOperation>): Promise<number | GraphQLError> {
    try {
      const first = this.#costing(judged);
      const cost = first.total();
      const { unknownEvents, varies } = first;
      // An operation that costs too much without any seats is refused without reading.
      if (unknownEvents.size > 0 && cost <= this.#options.maxCost) {
        await Promise.all(Array.from(unknownEvents, (id) => this.#options.layoutSizes.read(id)));
        return this.#within(this.#costing(judged).total());
      }
      if (!varies) this.#known.set(judged.operation, cost);
      return this.#within(cost);
    } catch (error) {
      if (error instanceof GraphQLError) return error;
      throw error;
    }
  }

  #costing({ document, operation, variables }: Required<JudgedOperation>): OperationCost {
    const { schema, layoutSizes } = this.#options;
    const fragment = (name: string) => fragmentsOf(document).get(name);
    return new OperationCost(schema, { operation, fragment, variables: variables ?? {}, layoutOf: layoutSizes.peek });
  }

  #within(cost: number): number | GraphQLError {
    const { maxCost } = this.#options;
    return cost <= maxCost ? Math.ceil(cost) : tooDear(Math.ceil(cost), maxCost);
  }
}

const fragments = new WeakMap<DocumentNode, ReadonlyMap<string, FragmentDefinitionNode>>();

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const known = fragments.get(document);
  if (known !== undefined) return known;
  const found = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const byName = new Map(found.map((fragment) => [fragment.name.value, fragment]));
  fragments.set(document, byName);
  return byName;
}

/**
 * The remaining cost that an operation may use while it runs. It counts the real sizes of the objects found, which are not known
 * before the operation runs, or not for each event of a list.
 */
export class CostLeft {
  readonly #maxCost: number;
  #spent = 0;

  /** @param maxCost 0 means no limit */
  constructor(maxCost: number) {
    this.#maxCost = maxCost;
  }

  /** Counts a field that returns much of a layout. Throws a GraphQLError if the limit is exceeded. */
  spend(info: GraphQLResolveInfo, layout: LayoutSize): void {
    if (this.#maxCost === 0) return;
    const { schema, operation, fragments: named, variableValues: variables, fieldNodes, parentType } = info;
    const counting = new OperationCost(schema, {
      operation,
      fragment: (name) => named[name],
      variables,
      layoutOf: () => layout,
    });
    for (const node of fieldNodes) this.#spent += counting.field(node, parentType.name, layout);
    if (this.#spent > this.#maxCost) throw tooDear(Math.ceil(this.#spent), this.#maxCost);
  }
}

function tooDear(cost: number, limit: number): GraphQLError {
  return new GraphQLError(`The operation costs ${cost}; ${limit} is the most (MAX_QUERY_COST)`, {
    extensions: { code: 'QUERY_TOO_LARGE', cost, limit },
  });
}
