import {
  execute,
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { onErasure } from '../platform/forgetting/erasures.ts';
import type { Context } from './context.ts';
import { Prices } from './cost.ts';
import { checkDocument, checkText, documentLimits, tooManyTokens } from './document-limits.ts';
import { besideData, toClientError } from './errors.ts';
import { describeRequest, noteResult } from './operation-metrics.ts';
import { refuseOperation } from './operation-throttles.ts';
import type { Parameters } from './parameters.ts';

/** An operation that is fit to run: its document is valid, and says which operation is meant. */
export type Operation = { document: DocumentNode; definition: OperationDefinitionNode };

/** What an operation gives: one result, or a stream of them. */
export type Outcome = ExecutionResult | AsyncIterableIterator<ExecutionResult>;

/**
 * Characters of documents that one process keeps, some hundred documents; the least recently used go first. Anybody may send
 * one, and read it takes up to 240 bytes a character (measured): 48 MB at most.
 */
const charactersMax = 200_000;

/** Mistakes of a document that are told at once. */
const errorsMax = 20;

/**
 * The one way from the text of an operation to its result, whichever transport it came over: what is too large, or asks for
 * too much, is refused here. Errors that come out of it are those a client may see.
 */
export class Pipeline {
  readonly schema: GraphQLSchema;
  private readonly prices: Prices;
  private readonly rules: readonly ValidationRule[];
  /** In production nobody is told what else there is: apps bring their documents, and the schema is published with them. */
  private readonly hideSuggestions: boolean;
  /** Valid ones alone, by their text: clients send the same few all day. */
  private readonly documents = new LRUCache<string, DocumentNode>({
    maxSize: charactersMax,
    sizeCalculation: (_, text) => text.length + 1,
  });

  private readonly valid = new WeakSet<DocumentNode>();

  constructor(schema: GraphQLSchema, isProduction = false) {
    this.schema = schema;
    this.prices = new Prices(schema);
    this.rules = isProduction ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules;
    this.hideSuggestions = isProduction;
    // Some clients write values into their documents: nobody knows whose are whose.
    onErasure(() => this.documents.clear());
  }

  /** @throws GraphQLError for a text that is no GraphQL, or too long */
  readonly parse = (text: string): DocumentNode => {
    const known = this.documents.get(text);
    if (known) return known;
    const excess = checkText(text);
    if (excess) throw toClientError(excess);
    try {
      return parse(text, { maxTokens: documentLimits.tokens });
    } catch (error) {
      throw toClientError(isTooLong(error) ? tooManyTokens() : error);
    }
  };

  /** What is wrong with a document: nothing with one that is known. One that is too large is not looked at any closer. */
  readonly validate = (document: DocumentNode): readonly GraphQLError[] => {
    if (this.valid.has(document)) return [];
    const excess = checkDocument(document);
    if (excess.length > 0) return excess;
    const { schema, rules, hideSuggestions } = this;
    return validate(schema, document, rules, { maxErrors: errorsMax, hideSuggestions }).map(toClientError);
  };

  /** @returns the operation; its errors; or null when the document does not say which one is meant */
  prepare({ query, operationName, variables }: Parameters): Operation | GraphQLError[] | null {
    const document = this.parse(query);
    const errors = this.validate(document);
    if (errors.length > 0) return [...errors];
    this.keep(query, document);
    const definition = getOperationAST(document, operationName);
    if (!definition) return null;
    const excess = this.prices.check(document, definition, variables);
    return excess ? [toClientError(excess)] : { document, definition };
  }

  private keep(text: string, document: DocumentNode): void {
    if (this.valid.has(document)) return;
    this.valid.add(document);
    this.documents.set(text, document);
  }

  /** Runs a query or mutation. */
  async execute(operation: Operation, variables: Parameters['variables'], context: Context): Promise<ExecutionResult> {
    const startedAt = performance.now();
    describeRequest(operation.definition, context.visitor);
    const result = await this.executeThrottled(operation, variables, context);
    noteResult(operation.definition, startedAt);
    return result;
  }

  private async executeThrottled(operation: Operation, variables: Parameters['variables'], context: Context) {
    const refusal = refuseOperation(this.schema, operation, context);
    if (refusal) return { errors: [toClientError(refusal)] };
    return withCodes(await execute(this.toArguments(operation, variables, context)));
  }

  /** Runs a query or mutation of a valid document that was not prepared here, if it does not ask for too much. */
  readonly run = (given: ExecutionArgs): ReturnType<typeof execute> => {
    const { document, operationName, variableValues, contextValue } = given;
    const definition = getOperationAST(document, operationName);
    if (definition) describeRequest(definition, (contextValue as Context).visitor);
    const refusal =
      definition &&
      (this.prices.check(document, definition, variableValues) ??
        refuseOperation(this.schema, { document, definition }, contextValue as Context));
    if (refusal) return { errors: [toClientError(refusal)] };
    const result = execute({ ...given, hideSuggestions: this.hideSuggestions });
    return result instanceof Promise ? result.then(withCodes) : withCodes(result as ExecutionResult);
  };

  /** Runs a subscription; what cannot begin has a result with the reason. */
  async subscribe(operation: Operation, variables: Parameters['variables'], context: Context): Promise<Outcome> {
    const refusal = refuseOperation(this.schema, operation, context);
    if (refusal) return { errors: [toClientError(refusal)] };
    const outcome = await subscribe(this.toArguments(operation, variables, context));
    return Symbol.asyncIterator in outcome ? withCodesEach(outcome) : withCodes(outcome);
  }

  private toArguments({ document, definition }: Operation, variables: Parameters['variables'], context: Context) {
    const { schema, hideSuggestions } = this;
    const operationName = definition.name?.value;
    return { schema, document, operationName, variableValues: variables, contextValue: context, hideSuggestions };
  }
}

const isTooLong = (error: unknown): boolean =>
  error instanceof GraphQLError && error.message.includes(` ${documentLimits.tokens} tokens`);

function withCodes(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map(toClientError);
  return { ...result, errors: givesSomething(result) ? errors.map(besideData) : errors };
}

const givesSomething = ({ data }: ExecutionResult): boolean =>
  Object.values(data ?? {}).some((value) => value !== null);

/** Not a generator: the end of one would wait until the stream it is made of has something to say. */
function withCodesEach(results: AsyncGenerator<ExecutionResult>): AsyncIterableIterator<ExecutionResult> {
  const map = (result: IteratorResult<ExecutionResult>): IteratorResult<ExecutionResult> =>
    result.done ? result : { done: false, value: withCodes(result.value) };
  return {
    next: () => results.next().then(map, (error: unknown) => Promise.reject(toClientError(error))),
    return: () => results.return(undefined).then(map),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
