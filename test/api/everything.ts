import {
  buildClientSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isAbstractType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { dataOf } from '../support/graphql.ts';

/** The schema by introspection. */
export async function schemaOf(graphqlUrl: string): Promise<GraphQLSchema> {
  return buildClientSchema(await dataOf<IntrospectionQuery, object>(graphqlUrl, getIntrospectionQuery(), {}));
}

/** Ids by the field that takes one: `{ 'Query.event': [id] }`. */
export type IdsFor = Readonly<Record<string, readonly string[]>>;

/**
 * Selections of all fields that a root type reaches, one for each field below a root field, because one for all would be too large.
 * Does not select a type inside itself, which bounds the depth.
 */
export class Walk {
  /** Object types that were selected. */
  readonly visited = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #ids: IdsFor;

  constructor(schema: GraphQLSchema, ids: IdsFor) {
    this.#schema = schema;
    this.#ids = ids;
  }

  /** Each in braces, for any kind of operation. */
  operations(root: GraphQLObjectType | null | undefined): string[] {
    const fields = Object.values(root?.getFields() ?? {});
    return fields.flatMap((field) =>
      this.#calls(root?.name ?? '', field).flatMap((call) =>
        this.#members(field).flatMap((member) =>
          this.#fieldsOf(member, []).map((selected) => `{ ${call} { ... on ${member.name} { ${selected} } } }`),
        ),
      ),
    );
  }

  /** Everything below one root field. */
  operation(root: GraphQLObjectType | null | undefined, fieldName: string): string {
    const field = root?.getFields()[fieldName];
    if (root == null || field === undefined) throw new Error(`there is no field ${fieldName}`);
    return `{ ${this.#calls(root.name, field)[0]} { ${this.#everyField(field, [])} } }`;
  }

  #everyField(field: GraphQLField<unknown, unknown>, path: readonly string[]): string {
    const members = this.#members(field).filter(({ name }) => !path.includes(name));
    return members.map((member) => `... on ${member.name} { ${this.#fieldsOf(member, path).join(' ')} }`).join(' ');
  }

  #fieldsOf(type: GraphQLObjectType, path: readonly string[]): string[] {
    this.visited.add(type.name);
    const selected = Object.values(type.getFields()).flatMap((field) =>
      this.#calls(type.name, field).map((call, at) => this.#selected(type, field, [...path, type.name], call, at)),
    );
    return selected.filter((text) => text !== '');
  }

  /** Uses aliases, because fields of different types must not share a name in a result. */
  #selected(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    path: readonly string[],
    call: string,
    at: number,
  ): string {
    const aliased = `${type.name}_${field.name}_${at}: ${call}`;
    if (isLeafType(getNamedType(field.type))) return aliased;
    // Only ids of `nodes`, because all fields of both `nodes` and `edges` would be too large.
    const inner = field.name === 'nodes' ? 'id' : this.#everyField(field, path);
    return inner === '' ? '' : `${aliased} { ${inner} }`;
  }

  #calls(parent: string, { name, args }: GraphQLField<unknown, unknown>): string[] {
    const argument = args.find((each) => each.name === 'id' || each.name === 'eventId')?.name;
    if (argument === undefined) return [name];
    return (this.#ids[`${parent}.${name}`] ?? []).map((id) => `${name}(${argument}: ${JSON.stringify(id)})`);
  }

  #members(field: GraphQLField<unknown, unknown>): readonly GraphQLObjectType[] {
    const type: GraphQLNamedType = getNamedType(field.type);
    if (isAbstractType(type)) return this.#schema.getPossibleTypes(type);
    return isObjectType(type) ? [type] : [];
  }
}
