import type { Token } from 'stream-json/parser.js';

/** Bounds of one item: no metric or entry comes near them, so what does is never held in memory. */
const limits = { characters: 200_000, values: 2000, depth: 6 } as const;

type Container = unknown[] | Record<string, unknown>;

/** Keys that mean something to an object of the language, and nothing to us. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Puts one JSON value together from the parser's tokens. What is too large, or cannot be stored, is skipped instead of
 * being held; `problem` then says why.
 */
export class JsonItem {
  value: unknown;
  problem: string | null = null;
  isDone = false;
  /** The newest key, text or number, as far as it has been read. */
  text = '';
  private readonly stack: { container: Container; key: string }[] = [];
  private depth = 0;
  private characters = 0;
  private values = 0;

  /** Takes the next token; the one that completes the value sets `isDone`. */
  take(token: Token): void {
    switch (token.name) {
      case 'startObject':
        return this.open(Object.create(null));
      case 'startArray':
        return this.open([]);
      case 'endObject':
      case 'endArray':
        return this.close();
      case 'startKey':
      case 'startString':
      case 'startNumber':
        this.text = '';
        return;
      case 'stringChunk':
      case 'numberChunk':
        return this.append(token.value);
      case 'endKey':
        return this.name();
      case 'endString':
        return this.put(this.text);
      case 'endNumber':
        return this.put(Number(this.text));
      case 'nullValue':
      case 'trueValue':
      case 'falseValue':
        return this.put(token.value);
    }
  }

  private append(chunk: string): void {
    this.characters += chunk.length;
    if (this.characters > limits.characters) this.problem ??= 'This item is too large.';
    if (chunk.includes('\0') || !chunk.isWellFormed())
      this.problem ??= 'A text holds a character that cannot be stored.';
    if (!this.problem) this.text += chunk;
  }

  private name(): void {
    if (forbiddenKeys.has(this.text)) this.problem ??= `No item has a field "${this.text}".`;
    const top = this.stack.at(-1);
    if (top) top.key = this.text;
  }

  private open(container: Container): void {
    this.put(container, true);
    this.depth++;
    if (this.depth > limits.depth) this.problem ??= 'This item is nested too deeply.';
    if (!this.problem) this.stack.push({ container, key: '' });
  }

  private close(): void {
    this.depth--;
    // After a problem only the depth is kept, which tells where the item ends.
    if (!this.problem) this.stack.pop();
    this.isDone = this.depth === 0;
  }

  private put(value: unknown, isOpening = false): void {
    if (++this.values > limits.values) this.problem ??= 'This item is too large.';
    if (!isOpening && this.depth === 0) this.isDone = true;
    if (this.problem) return;
    const top = this.stack.at(-1);
    if (!top) this.value = value;
    else if (Array.isArray(top.container)) top.container.push(value);
    else top.container[top.key] = value;
  }
}
