// biome-ignore lint/suspicious/noExplicitAny: any function listens; its own parameters are kept by the generics below.
type Listeners<E> = { readonly [K in keyof E]: (...values: any[]) => void };

/** Tells listeners of events, in the order in which they began to listen. */
export class Emitter<E extends Listeners<E>> {
  readonly #listeners = new Map<keyof E, Set<E[keyof E]>>();

  /** Listens; the returned function ends it. */
  on<K extends keyof E>(event: K, listener: E[K]): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** A listener that throws is reported as an uncaught error, and keeps nobody else from being told. */
  emit<K extends keyof E>(event: K, ...values: Parameters<E[K]>): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(...values);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
