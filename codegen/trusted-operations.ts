import type { Types } from '@graphql-codegen/plugin-helpers';
import { concatAST, type DocumentNode, separateOperations } from 'graphql';
import { operationHash, operationText } from './operation-text.ts';

/** A preset of graphql-codegen: writes the manifest of trusted operations, a JSON object from hash to text. */
export const trustedOperations: Types.OutputPreset = {
  buildGeneratesSection: (options) => [
    { ...options, filename: options.baseOutputDir, plugins: [{ manifest: {} }], pluginMap: { manifest: { plugin } } },
  ],
};

function plugin(_schema: unknown, files: readonly Types.DocumentFile[]): string {
  const documents = files.map(({ document }) => document).filter((document): document is DocumentNode => !!document);
  const texts = Object.values(separateOperations(concatAST(documents))).map(operationText);
  return JSON.stringify(Object.fromEntries(texts.map((text) => [operationHash(text), text])), null, 2);
}
