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

/** The schema as a server shows it to its clients. */
export async function schemaOf(graphqlUrl: string): Promise<GraphQLSchema> {
  return buildClientSchema(await dataOf<IntrospectionQuery, object>(graphqlUrl, getIntrospectionQuery(), {}));
}

/** The ids to ask with, by the field that takes one: `{ 'Query.event': [id] }`. */
export type IdsFor = Readonly<Record<string, readonly string[]>>;

/**
 * Selections of every field that can be reached from a root type, one for each field of what a root field gives, so that
 * none grows too long for a server. No type is entered again inside itself, which bounds the depth.
 */
export class Walk {
  /** The object types whose fields are asked for. */
  readonly visited = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #ids: IdsFor;

  constructor(schema: GraphQLSchema, ids: IdsFor) {
    this.#schema = schema;
    this.#ids = ids;
  }

  /** Each with the braces around it, for an operation to be put before. */
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

  /** All of a root field at once. */
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

  /** Under names of their own: fields of different types must not share one in a reply. */
  #selected(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    path: readonly string[],
    call: string,
    at: number,
  ): string {
    const aliased = `${type.name}_${field.name}_${at}: ${call}`;
    if (isLeafType(getNamedType(field.type))) return aliased;
    // The objects of a connection's edges once more: all of each twice would be too much for a server.
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
