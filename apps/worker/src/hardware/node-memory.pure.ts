/** Memory in bytes. Free is what an engine could take now. */
export interface Memory {
  totalBytes: number;
  freeBytes: number;
}

export interface NodeMemory {
  ram: Memory;
  /** The GPU devices in question together; null without a GPU. */
  vram: Memory | null;
}
