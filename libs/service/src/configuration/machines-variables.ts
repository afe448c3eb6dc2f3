import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, MaxLength, Min, MinLength } from 'class-validator';
import { wholeNumber } from './read-variables.js';
import { ServiceVariables } from './service-variables.js';

/**
 * What the services on many machines have besides: their servers. One environment may serve all three of them. Those of
 * Kafka are read, and judged, by its adapter.
 */
export class MachinesVariables extends ServiceVariables {
  /** Kafka's brokers: `host:port`, with commas between. Needed by contract and feedback. */
  @IsOptional()
  @IsString()
  TUTTI_KAFKA?: string;

  /** `true`: Kafka is reached by TLS, with the machine's authorities; a path: with those in that PEM file. Default: no TLS. */
  @IsOptional()
  @IsString()
  TUTTI_KAFKA_TLS?: string;

  /** PEM file of the client's certificate, where the brokers want one. */
  @IsOptional()
  @IsString()
  TUTTI_KAFKA_TLS_CERT?: string;

  /** PEM file of that certificate's private key. */
  @IsOptional()
  @IsString()
  TUTTI_KAFKA_TLS_KEY?: string;

  /** How the brokers are told who connects: `plain`, `scram-sha-256` or `scram-sha-512`. Default: not at all. */
  @IsOptional()
  @IsString()
  TUTTI_KAFKA_SASL?: string;

  /** User name, with `TUTTI_KAFKA_SASL`. */
  @IsOptional()
  @IsString()
  TUTTI_KAFKA_USERNAME?: string;

  /** Password, with `TUTTI_KAFKA_SASL`. */
  @IsOptional()
  @IsString()
  TUTTI_KAFKA_PASSWORD?: string;

  /** After so many milliseconds without a sign of life a contract process's partitions go to others; the brokers' bounds hold besides (`group.min.session.timeout.ms`). Default 10,000. */
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt({ message: 'must be a whole number of milliseconds, 1000 or more' })
  @Min(1_000, { message: 'must be a whole number of milliseconds, 1000 or more' })
  TUTTI_KAFKA_SESSION_MS?: number;

  /** The journal: `esdb://…` or `esdb+discover://…` (EventStoreDB), or `postgres://…`. Needed. */
  @IsOptional()
  @Matches(/^(?:esdb|esdb\+discover|postgres|postgresql):\/\/\S+$/, {
    message: 'must be an esdb://, esdb+discover:// or postgres:// URL',
  })
  TUTTI_JOURNAL_URL?: string;

  /** The store: `postgres://…`. Needed. */
  @IsOptional()
  @Matches(/^postgres(?:ql)?:\/\/\S+$/, { message: 'must be a postgres:// URL' })
  TUTTI_STORE_URL?: string;

  /** By what the HTTP gateway vouches, on a Kafka record, for a source whose token it saw: the same for all contract processes. Default: none; in a `signed` space decisions are then signed. */
  @IsOptional()
  @MinLength(32, { message: 'must have at least 32 characters; make one with: openssl rand -base64 32' })
  @MaxLength(512)
  TUTTI_GATEWAY_SECRET?: string;

  /** Subjects a contract process keeps in memory, about 1 KB each. Default 250,000. */
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt({ message: 'must be a whole number, 1 or more' })
  @Min(1, { message: 'must be a whole number, 1 or more' })
  TUTTI_SUBJECTS_IN_MEMORY?: number;
}
