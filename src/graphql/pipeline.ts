import {
  execute,
  getOperationAST,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Context } from './context.ts';
import { toClientError } from './errors.ts';
import { noteResult } from './operation-metrics.ts';
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

/**
 * The one way from the text of an operation to its result, whichever transport it came over. Errors that come out of it are
 * those a client may see.
 */
export class Pipeline {
  readonly schema: GraphQLSchema;
  /** Valid ones alone, by their text: clients send the same few all day. */
  private readonly documents = new LRUCache<string, DocumentNode>({
    maxSize: charactersMax,
    sizeCalculation: (_, text) => text.length + 1,
  });

  private readonly valid = new WeakSet<DocumentNode>();

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** @throws GraphQLError for a text that is no GraphQL */
  readonly parse = (text: string): DocumentNode => {
    try {
      return this.documents.get(text) ?? parse(text);
    } catch (error) {
      throw toClientError(error);
    }
  };

  /** What is wrong with a document: nothing with one that is known. */
  readonly validate = (document: DocumentNode): readonly GraphQLError[] =>
    this.valid.has(document) ? [] : validate(this.schema, document, specifiedRules).map(toClientError);

  /** @returns the operation; its errors; or null when the document does not say which one is meant */
  prepare({ query, operationName }: Pick<Parameters, 'query' | 'operationName'>): Operation | GraphQLError[] | null {
    const document = this.parse(query);
    const errors = this.validate(document);
    if (errors.length > 0) return [...errors];
    this.keep(query, document);
    const definition = getOperationAST(document, operationName);
    return definition ? { document, definition } : null;
  }

  private keep(text: string, document: DocumentNode): void {
    if (this.valid.has(document)) return;
    this.valid.add(document);
    this.documents.set(text, document);
  }

  /** Runs a query or mutation. */
  async execute(operation: Operation, variables: Parameters['variables'], context: Context): Promise<ExecutionResult> {
    const startedAt = performance.now();
    const result = withCodes(await execute(this.toArguments(operation, variables, context)));
    noteResult(operation.definition, startedAt, result);
    return result;
  }

  /** Runs a subscription; what cannot begin has a result with the reason. */
  async subscribe(operation: Operation, variables: Parameters['variables'], context: Context): Promise<Outcome> {
    const outcome = await subscribe(this.toArguments(operation, variables, context));
    return Symbol.asyncIterator in outcome ? withCodesEach(outcome) : withCodes(outcome);
  }

  private toArguments({ document, definition }: Operation, variables: Parameters['variables'], context: Context) {
    const { schema } = this;
    const operationName = definition.name?.value;
    return { schema, document, operationName, variableValues: variables, contextValue: context };
  }
}

const withCodes = (result: ExecutionResult): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map(toClientError) } : result;

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
