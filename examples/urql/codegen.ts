import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // In a project of your own: node_modules/@holdfast/client/dist/schema.graphql, or a server's address.
  schema: '../../generated/schema.graphql',
  documents: 'src/*.ts',
  importExtension: '.ts',
  generates: {
    'src/generated/': {
      preset: 'client',
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
  },
};

export default config;
