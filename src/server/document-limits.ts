import { type DocumentNode, GraphQLError, Kind, Lexer, type SelectionNode, Source, TokenKind, visit } from 'graphql';

/**
 * Limits of a document besides its tokens. The largest useful documents reach a tenth of them. Validation compares each selection
 * of a set with every other of the same name, and each fragment with every other.
 */
const limits = {
  characters: 50_000,
  levels: 50,
  selections: 200,
  repetitions: 10,
  fragments: 40,
  operations: 20,
  aliases: 600,
  directives: 100,
} as const;

/** Maximum number of errors that are reported for a document. */
export const validationOptions = { maxErrors: 10 };

const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Returns why a text is refused before it is parsed; null if it is not. Parsing, validation and execution recurse for each level
 * of nested selections, values and types, and would overflow the stack.
 * @param maxTokens maximum number of tokens
 */
export function faultOfText(text: string, maxTokens: number): GraphQLError | null {
  if (text.length > limits.characters) return tooMany('characters', text.length);
  const lexer = new Lexer(new Source(text));
  let levels = 0;
  try {
    for (let tokens = 0; tokens <= maxTokens; tokens += 1) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) return null;
      if (opening.has(kind)) levels += 1;
      else if (closing.has(kind)) levels -= 1;
      if (levels > limits.levels) return tooMany('levels', levels);
    }
  } catch (error) {
    // Parsing reports the error better.
    if (error instanceof GraphQLError) return null;
    throw error;
  }
  return null;
}

/** Why a document is refused before validation; null if it is not. */
export function faultOfSize(document: DocumentNode): GraphQLError | null {
  const counts = { selections: 0, repetitions: 0, fragments: 0, operations: 0, aliases: 0, directives: 0 };
  visit(document, {
    SelectionSet: ({ selections }) => {
      counts.selections = Math.max(counts.selections, selections.length);
      counts.repetitions = Math.max(counts.repetitions, repetitionsIn(selections));
    },
    Field: ({ alias }) => {
      if (alias !== undefined) counts.aliases += 1;
    },
    FragmentDefinition: () => {
      counts.fragments += 1;
    },
    OperationDefinition: () => {
      counts.operations += 1;
    },
    Directive: () => {
      counts.directives += 1;
    },
  });
  for (const what of counted) if (counts[what] > limits[what]) return tooMany(what, counts[what]);
  return null;
}

const counted = ['selections', 'repetitions', 'fragments', 'operations', 'aliases', 'directives'] as const;

/** The number of occurrences of the most frequent name. */
function repetitionsIn(selections: readonly SelectionNode[]): number {
  const times = new Map<string, number>();
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) continue;
    const name =
      selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : `...${selection.name.value}`;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return Math.max(0, ...times.values());
}

const where: Partial<Record<keyof typeof limits, string>> = {
  levels: ' nested',
  selections: ' in one place',
  repetitions: ' of one name in one place',
};

function tooMany(what: keyof typeof limits, found: number): GraphQLError {
  const message = `The document has ${found} ${what}${where[what] ?? ''}; ${limits[what]} is the most`;
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_LARGE', limit: limits[what] } });
}
