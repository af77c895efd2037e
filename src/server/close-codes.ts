/** Codes with which this server closes websockets, besides those of graphql-ws and ws for protocol errors. */
export const closeCodes = {
  goingAway: 1001,
  tooManyMessages: 1008,
  tryAgainLater: 1013,
  invalidMessage: 4400,
  forbidden: 4403,
  initTimeout: 4408,
  idInUse: 4409,
  tooSlow: 4420,
  internalError: 4500,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** One row of the protocol's documentation. */
export interface CloseCodeRow {
  readonly code: number;
  readonly meaning: string;
  /** What the stock graphql-ws client does. It calls its `connectionParams` function again when it reconnects. */
  readonly comesBack: boolean;
}

/** All codes that clients may see, including those of graphql-ws and ws. */
export const closeCodeTable: readonly CloseCodeRow[] = [
  { code: closeCodes.goingAway, meaning: 'this node is shutting down; another one takes over', comesBack: true },
  { code: 1002, meaning: 'what was sent is no websocket frame', comesBack: false },
  { code: 1006, meaning: 'the connection broke; seen by the client only, never sent', comesBack: true },
  { code: 1007, meaning: 'what was sent is no UTF-8', comesBack: false },
  { code: closeCodes.tooManyMessages, meaning: 'too many messages a minute, in spite of errors', comesBack: false },
  { code: 1009, meaning: 'a message was larger than `WEBSOCKET_MESSAGE_BYTES`', comesBack: false },
  {
    code: closeCodes.tryAgainLater,
    meaning:
      "the node has `MAX_WEBSOCKETS`, or `MAX_WEBSOCKETS_PER_ADDRESS` of the client's network address, or the identity provider cannot be asked at present",
    comesBack: true,
  },
  { code: closeCodes.invalidMessage, meaning: 'what was sent is no message of the protocol', comesBack: false },
  { code: 4401, meaning: 'an operation came before `connection_ack`', comesBack: false },
  {
    code: closeCodes.forbidden,
    meaning: 'the token was refused, or has run out; the reason says which',
    comesBack: true,
  },
  { code: 4406, meaning: 'the subprotocol is not `graphql-transport-ws`', comesBack: false },
  { code: closeCodes.initTimeout, meaning: 'no `connection_init` within `WEBSOCKET_INIT_SECONDS`', comesBack: true },
  { code: closeCodes.idInUse, meaning: 'an operation came with the id of one that has not ended', comesBack: false },
  {
    code: closeCodes.tooSlow,
    meaning: 'nothing was read for `WEBSOCKET_STALL_SECONDS`, or too much was asked for without reading it',
    comesBack: true,
  },
  { code: 4429, meaning: '`connection_init` came twice', comesBack: false },
  { code: closeCodes.internalError, meaning: 'a fault of the server, which would come again', comesBack: false },
];
