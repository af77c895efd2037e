import type { CodegenConfig } from '@graphql-codegen/cli';
import type { DocumentNode } from 'graphql';
import { operationHash, operationText } from './codegen/operation-text.ts';
import { trustedOperations } from './codegen/trusted-operations.ts';

/** Types for which the plugin always generates `any`, and types that contain them. Code that uses them is checked in full. */
const typesForAny = [
  ['SubscriptionSubscribeFn<any,', 'SubscriptionSubscribeFn<unknown,'],
  ['SubscriptionResolveFn<TResult, any,', 'SubscriptionResolveFn<TResult, never,'],
  ['...args: any[]', '...args: never[]'],
  [/(GraphQLScalarTypeConfig<.*), any>/g, '$1, unknown>'],
] as const;

const withoutAny = (_path: string, code: string): string =>
  typesForAny.reduce((rest, [any, type]) => rest.replace(any, type), code);

/** Text and id of an operation, for clients that cannot print documents. */
const sentAs = (document: DocumentNode) => {
  const text = operationText(document);
  return { hash: operationHash(text), text };
};

const documents = 'src/client/documents/*.graphql';

const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  importExtension: '.ts',
  config: { useTypeImports: true, immutableTypes: true, strictScalars: true, defaultScalarType: 'unknown' },
  generates: {
    'src/graphql/generated/resolvers.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      hooks: { beforeOneFileWrite: withoutAny },
      config: {
        enumsAsTypes: true,
        scalars: {
          ID: 'string',
          DateTime: 'Date',
          SeatingPlan: 'unknown',
          PackedSeatStatuses: 'string',
          PackedSeatChanges: 'string',
          Amount: 'number',
        },
        contextType: '../context.ts#GraphqlContext',
        // An outcome without its __typename must not compile, because the members of a union are told apart by it.
        resolversNonOptionalTypename: { unionMember: true, interfaceImplementingType: true },
        mappers: {
          Event: '../payload-sources.ts#EventSource',
          Seat: '../payload-sources.ts#SeatSource',
          Row: '../payload-sources.ts#RowSource',
          SeatConnection: '../payload-sources.ts#SeatConnectionSource',
          SeatMap: '../payload-sources.ts#SeatMapSource',
          Reservation: '../payload-sources.ts#ReservationSource',
          Booking: '../payload-sources.ts#BookingSource',
          Payment: '../payload-sources.ts#PaymentSource',
          Viewer: '../../domain/viewer.ts#Viewer as ViewerSource',
        },
      },
    },
    'src/client/generated/documents.ts': {
      documents,
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        unstable_onExecutableDocumentNode: sentAs,
        scalars: {
          ID: 'string',
          DateTime: 'string',
          SeatingPlan: 'unknown',
          PackedSeatStatuses: 'string',
          PackedSeatChanges: 'string',
          Amount: 'number',
        },
      },
    },
    'src/client/generated/possible-types.ts': {
      plugins: ['fragment-matcher'],
      config: { apolloClientVersion: 3 },
    },
    'generated/schema.graphql': { plugins: ['schema-ast'] },
    'generated/trusted-operations.json': { documents, preset: trustedOperations },
  },
};

export default config;
