plugins {
  kotlin("jvm") version "2.2.20"
  id("com.apollographql.apollo") version "4.3.3"
}

repositories { mavenCentral() }

dependencies { implementation("com.apollographql.apollo:apollo-runtime:4.3.3") }

apollo {
  service("holdfast") {
    packageName.set("tickets")
    // The published file: take it along, or `./gradlew downloadApolloSchema` from a running server.
    schemaFiles.from("../../generated/schema.graphql")
    srcDir("src/main/graphql")
    mapScalarToKotlinLong("Amount")
    mapScalarToKotlinString("DateTime")
    mapScalarToKotlinString("PackedSeatChanges")
    mapScalarToKotlinString("PackedSeatStatuses")
    mapScalarToKotlinString("SeatingPlan")
    // build/generated/manifest/apollo/holdfast/persistedQueryManifest.json, which a server's TRUSTED_OPERATIONS may name.
    operationManifestFormat.set("persistedQueryManifest")
  }
}
