import type { Answer, Call, Request } from '../history/call.ts';
import type { CheckedNode } from '../rig/node.ts';
import { ask } from './api.ts';

/** Who asks, and where. */
export interface Caller {
  readonly viewer: string;
  readonly token: string;
  /** Its number among the nodes. */
  readonly node: number;
}

/** Sends requests, and writes down what was asked and what came of it. */
export class Journal {
  readonly calls: Call[] = [];
  readonly #nodes: readonly CheckedNode[];
  #begun = 0;

  constructor(nodes: readonly CheckedNode[]) {
    this.#nodes = nodes;
  }

  /** Requests sent so far. */
  get begun(): number {
    return this.#begun;
  }

  async call({ viewer, token, node }: Caller, eventId: string, request: Request): Promise<Answer> {
    const graphqlUrl = this.#nodes[node]?.graphqlUrl ?? '';
    this.#begun += 1;
    const id = this.#begun;
    const calledAtMs = performance.now();
    const answer = await ask({ graphqlUrl, token }, eventId, request);
    const answeredAtMs = performance.now();
    this.calls.push({ id, node, viewer, eventId, request, calledAtMs, answeredAtMs, answer });
    return answer;
  }
}
