import { readdirSync } from 'node:fs';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';

/** All source files except generated ones. */
function sources(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  return files.filter((name) => name.endsWith('.ts') && !name.includes('generated/')).map((name) => `src/${name}`);
}

/** Kinds of an import, an export, or their names. */
interface Kinds {
  importKind?: string;
  exportKind?: string;
  readonly source?: unknown;
  readonly specifiers?: readonly Kinds[];
}

/**
 * Turns imports of types into imports of values, because compilers drop the former, and most dependencies between layers are types.
 * The cruiser parses TypeScript with a compiler before version 7, which is not installed, or with Babel.
 */
const typesAsValues = () => ({
  visitor: {
    Program({ node: { body } }: { readonly node: { readonly body: readonly Kinds[] } }) {
      for (const statement of body) {
        for (const each of [statement, ...(statement.specifiers ?? [])]) {
          if (each.importKind) each.importKind = 'value';
          if (each.exportKind && statement.source) each.exportKind = 'value';
        }
      }
    },
  },
});

const babelConfig = {
  babelrc: false,
  configFile: false,
  plugins: [typesAsValues, ['@babel/plugin-transform-typescript', { onlyRemoveTypeImports: true }]],
  parserOpts: { plugins: ['explicitResourceManagement'] },
};

/** Imports in src/, and which of them are forbidden. */
export async function importsOf(forbidden: readonly IForbiddenRuleType[]): Promise<ICruiseResult> {
  const options = { parser: 'acorn' as const, doNotFollow: { path: 'node_modules' }, exclude: { path: '/generated/' } };
  const resolving = {
    extensions: ['.ts', '.js'],
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default'],
  };
  const ruleSet = { forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' as const })) };
  const { output } = await cruise(sources(), { ...options, validate: true, ruleSet }, resolving, { babelConfig });
  if (typeof output === 'string') throw new Error(output);
  return output;
}
