/** Simulated time: what is due first is done first; a binary heap. */
export class Timeline {
  nowMs = 0;
  #heap = [];
  #order = 0;

  at(atMs, action) {
    const heap = this.#heap;
    heap.push({ atMs, order: (this.#order += 1), action });
    for (let at = heap.length - 1; at > 0;) {
      const above = (at - 1) >> 1;
      if (!sooner(heap[at], heap[above])) break;
      [heap[at], heap[above]] = [heap[above], heap[at]];
      at = above;
    }
  }

  after(ms, action) {
    this.at(this.nowMs + ms, action);
  }

  every(ms, action) {
    this.after(ms, () => {
      action();
      this.every(ms, action);
    });
  }

  runUntil(endMs) {
    while (this.#heap.length > 0 && this.#heap[0].atMs < endMs) {
      const { atMs, action } = this.#pop();
      this.nowMs = atMs;
      action();
    }
  }

  #pop() {
    const heap = this.#heap;
    const [top] = heap;
    const last = heap.pop();
    if (heap.length === 0) return top;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < heap.length && sooner(heap[below], heap[least])) least = below;
      }
      if (least === at) return top;
      [heap[at], heap[least]] = [heap[least], heap[at]];
      at = least;
    }
  }
}

function sooner(a, b) {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
