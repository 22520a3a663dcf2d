import { InvalidInputError, type InputIssue } from '../../kernel/errors.ts';
import type { Question } from './format.ts';

/** What the person has said, by the id of the question. */
export type Answers = Readonly<Record<string, unknown>>;

/** The questions of a file, each once; the words of one are gathered. */
export class Questions {
  private readonly asked = new Map<string, Question>();

  ask(question: Question): void {
    const before = this.asked.get(question.id);
    this.asked.set(question.id, before ? merge(before, question) : question);
  }

  get all(): Question[] {
    return [...this.asked.values()];
  }
}

function merge(before: Question, next: Question): Question {
  if (before.kind !== 'WORD_VALUES' || next.kind !== 'WORD_VALUES') return before;
  const words = [...new Set([...before.words, ...next.words])];
  return { ...before, words, suggestion: { ...before.suggestion, ...next.suggestion } };
}

/** @throws InvalidInputError unless each question has an answer of its kind, and nothing else has been answered */
export function checkAnswers(questions: readonly Question[], answers: Answers): void {
  const issues: InputIssue[] = questions.flatMap((question) => {
    const message = findProblem(question, answers[question.id]);
    return message ? [{ path: ['answers', question.id], message }] : [];
  });
  const known = new Set(questions.map(({ id }) => id));
  for (const id of Object.keys(answers))
    if (!known.has(id)) issues.push({ path: ['answers', id], message: 'This has not been asked.' });
  if (issues.length > 0) throw new InvalidInputError(issues);
}

function findProblem(question: Question, answer: unknown): string | null {
  if (answer === undefined || answer === null) return `Say this first: ${question.message}`;
  switch (question.kind) {
    case 'WORD_VALUES': {
      const open = question.words.filter((word) => !Number.isFinite(valueOf(answer, word)));
      return open.length === 0 ? null : 'Give a number for each word.';
    }
    case 'DATE_ORDER':
    case 'DECIMAL_MARK':
      return question.choices.includes(answer as string) ? null : `Say one of ${question.choices.join(', ')}.`;
    case 'UNIT':
      return typeof answer === 'string' && Object.hasOwn(question.choices, answer)
        ? null
        : `Say one of ${Object.keys(question.choices).join(', ')}.`;
  }
}

/**
 * What has been answered otherwise than the file has been read, as options that say it beforehand; null when nothing has. @param
 * answers that fit
 */
export function findRereading(questions: readonly Question[], answers: Answers): Record<string, unknown> | null {
  const other = questions.filter(
    ({ id, kind, suggestion }) => (kind === 'DATE_ORDER' || kind === 'DECIMAL_MARK') && answers[id] !== suggestion,
  );
  return other.length === 0 ? null : Object.fromEntries(other.map(({ id }) => [id, answers[id]]));
}

/** What the word or number of a row stands for, given the answer. */
export function settleValue(question: Question, answer: unknown, raw: unknown): unknown {
  switch (question.kind) {
    case 'DATE_ORDER':
    case 'DECIMAL_MARK':
      return raw;
    case 'WORD_VALUES':
      return typeof raw === 'string' ? valueOf(answer, raw) : raw;
    case 'UNIT':
      return Number((Number(raw) * question.choices[String(answer)]!).toPrecision(12));
  }
}

const valueOf = (answer: unknown, word: string): number =>
  typeof answer === 'object' && answer !== null && Object.hasOwn(answer, word)
    ? Number((answer as Record<string, unknown>)[word])
    : Number.NaN;
