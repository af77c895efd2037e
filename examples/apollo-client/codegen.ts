import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const config: CodegenConfig = {
  // In a project of your own: node_modules/@holdfast/client/dist/schema.graphql, or a server's address.
  schema: '../../generated/schema.graphql',
  documents: 'src/*.ts',
  importExtension: '.ts',
  generates: {
    'src/generated/': {
      preset: 'client',
      // The cache needs `__typename` everywhere, also in operations that are sent as hashes.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: {
        fragmentMasking: false,
        // Writes src/generated/persisted-documents.json, which a server's TRUSTED_OPERATIONS may name.
        persistedDocuments: true,
      },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          Amount: 'number',
          DateTime: 'string',
          PackedSeatChanges: 'string',
          PackedSeatStatuses: 'string',
          SeatingPlan: 'unknown',
        },
      },
    },
    // Without it, the cache cannot tell which outcomes are user errors.
    'src/generated/possible-types.ts': { plugins: ['fragment-matcher'], config: { apolloClientVersion: 3 } },
  },
};

export default config;
