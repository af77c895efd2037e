package tickets

import com.apollographql.apollo.ApolloClient
import com.apollographql.apollo.api.http.HttpRequest
import com.apollographql.apollo.api.http.HttpResponse
import com.apollographql.apollo.network.http.HttpInterceptor
import com.apollographql.apollo.network.http.HttpInterceptorChain
import com.apollographql.apollo.network.ws.GraphQLWsProtocol
import kotlin.random.Random
import kotlinx.coroutines.delay

/** @param url such as https://tickets.example/graphql; websockets go to the same address */
fun openClient(url: String, token: suspend () -> String?): ApolloClient =
  ApolloClient.Builder()
    .serverUrl(url)
    .addHttpInterceptor(WithToken(token))
    .webSocketServerUrl(url.replaceFirst("http", "ws"))
    // graphql-transport-ws. Apollo Kotlin's default is another protocol, which the server refuses with 4406.
    .wsProtocol(GraphQLWsProtocol.Factory(connectionPayload = { token()?.let { mapOf("token" to it) } ?: emptyMap() }))
    .webSocketReopenWhen { _, attempt ->
      delay(minOf(30_000L, 1_000L shl minOf(attempt, 5L).toInt()) * Random.nextLong(50, 100) / 100)
      true
    }
    // For servers that take trusted operations only, add:
    // .autoPersistedQueries()
    .build()

private class WithToken(private val token: suspend () -> String?) : HttpInterceptor {
  override suspend fun intercept(request: HttpRequest, chain: HttpInterceptorChain): HttpResponse {
    val current = token() ?: return chain.proceed(request)
    return chain.proceed(request.newBuilder().addHeader("Authorization", "Bearer $current").build())
  }
}
