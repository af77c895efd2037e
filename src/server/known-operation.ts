import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GraphqlContext } from '../graphql/context.ts';
import { sizeOf } from '../graphql/operation-size.ts';
import { fragmentsOf } from '../graphql/shared-subscriptions/root-fields.ts';

/** Executions after which a mutation is compiled, which takes some 10 ms. */
const RUNS_BEFORE_COMPILING = 100;
/** Fields of a mutation that is compiled: compiling takes time and memory for each. Apps select some 40. */
const MAX_FIELDS = 300;

export interface KnownOperationParts {
  readonly document: DocumentNode;
  /** The only one of the document. */
  readonly operation: OperationDefinitionNode;
}

/** A validated operation that is executed again and again. */
export class KnownOperation implements KnownOperationParts {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  #runsLeft: number;
  /** Null if it cannot be compiled. */
  #compiled: CompiledQuery | null | undefined;

  constructor({ document, operation }: KnownOperationParts, runsBeforeCompiling = RUNS_BEFORE_COMPILING) {
    this.document = document;
    this.operation = operation;
    this.#runsLeft = mayCompile(this) ? runsBeforeCompiling : Infinity;
  }

  /** As graphql-js does. A mutation that comes often is compiled: its answer then takes a fifth of the time to put together. */
  async execute(
    schema: GraphQLSchema,
    contextValue: GraphqlContext,
    variables: Readonly<Record<string, unknown>> | undefined,
  ): Promise<ExecutionResult> {
    const compiled = this.#compiledFor(schema);
    const result = compiled === null ? null : await compiled.query(undefined, contextValue, variables ?? null);
    // Without data nothing was executed: the variables do not fit, of which graphql-js tells in its own words.
    if (result !== null && result.data !== undefined) return result;
    return execute({ schema, document: this.document, contextValue, variableValues: variables });
  }

  #compiledFor(schema: GraphQLSchema): CompiledQuery | null {
    if (this.#runsLeft > 0) {
      this.#runsLeft -= 1;
      return null;
    }
    if (this.#compiled === undefined) this.#compiled = compiledOf(schema, this.document);
    return this.#compiled;
  }
}

/** Queries have lists that are completed in slices of time, which compiled operations cannot. */
function mayCompile({ document, operation }: KnownOperationParts): boolean {
  if (operation.operation !== OperationTypeNode.MUTATION) return false;
  return sizeOf(operation, fragmentsOf(document)).fields <= MAX_FIELDS;
}

function compiledOf(schema: GraphQLSchema, document: DocumentNode): CompiledQuery | null {
  const compiled = compileQuery(schema, document, undefined, { disablingCapturingStackErrors: true });
  return isCompiledQuery(compiled) ? compiled : null;
}
