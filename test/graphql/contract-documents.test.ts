import {
  type DocumentNode,
  getOperationAST,
  isUnionType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import * as client from '../../src/client/generated/documents.ts';
import { createSchema } from '../../src/graphql/schema.ts';

const schema = createSchema([{}]);
const documents = Object.entries<DocumentNode>(client).filter(([, document]) => getOperationAST(document));

describe('the client documents', () => {
  test.each(documents)('%s is valid by itself', (_name, document) => {
    expect(validate(schema, document)).toEqual([]);
  });

  test('select every root field except node', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const offered = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}).map((field) => `${root}.${field}`));
    const asked = documents.flatMap(([, document]) => rootFields(document));
    expect([...new Set(asked)].sort()).toEqual(offered.filter((field) => field !== 'Query.node').sort());
  });

  test('without a fragment for an outcome are found', () => {
    const document = parse(
      'mutation { setSalesStatus(input: { eventId: "x", salesStatus: PAUSED }) { ... on Event { id } } }',
    );
    expect(unnamedOutcomes(document)).toEqual(['NotFound', 'RateLimited', 'ServiceBusy']);
  });

  test('have a fragment for every outcome of their unions', () => {
    for (const [name, document] of documents) {
      expect({ name, missing: unnamedOutcomes(document) }).toEqual({ name, missing: [] });
    }
  });
});

function rootFields(document: DocumentNode): string[] {
  const fields: string[] = [];
  const info = new TypeInfo(schema);
  const enter = () => {
    const field = `${info.getParentType()}.${info.getFieldDef()?.name}`;
    if (/^(Query|Mutation|Subscription)\./.test(field)) fields.push(field);
  };
  visit(document, visitWithTypeInfo(info, { Field: { enter } }));
  return fields;
}

/** Members of the union in the operation's root field without a fragment in the document. */
function unnamedOutcomes(document: DocumentNode): string[] {
  const outcomes = new Set<string>();
  const named = new Set<string>();
  const info = new TypeInfo(schema);
  const enter = () => {
    const type = info.getParentType();
    if (isUnionType(type)) for (const member of type.getTypes()) outcomes.add(member.name);
    named.add(`${type}`);
  };
  visit(document, visitWithTypeInfo(info, { SelectionSet: { enter } }));
  return [...outcomes].filter((outcome) => !named.has(outcome));
}
