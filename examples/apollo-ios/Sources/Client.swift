import Apollo
import ApolloAPI
import ApolloWebSocket
import Foundation

/// - Parameter url: such as https://tickets.example/graphql; websockets go to the same address.
func openClient(url: URL, token: String?) -> ApolloClient {
  let store = ApolloStore()
  let http = RequestChainNetworkTransport(
    interceptorProvider: DefaultInterceptorProvider(store: store),
    endpointURL: url,
    additionalHeaders: token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
  )
  let address = URL(string: url.absoluteString.replacingOccurrences(of: "http", with: "ws", options: .anchored))!
  let socket = WebSocketTransport(
    // Named, as Apollo iOS speaks an older protocol as well, which the server refuses with 4406.
    websocket: WebSocket(request: URLRequest(url: address), protocol: .graphql_transport_ws),
    store: store,
    config: WebSocketTransport.Configuration(
      reconnectionInterval: Double.random(in: 1...3),
      connectingPayload: token.map { ["token": $0] }
    )
  )
  return ApolloClient(
    networkTransport: SplitNetworkTransport(uploadingNetworkTransport: http, webSocketNetworkTransport: socket),
    store: store
  )
}
