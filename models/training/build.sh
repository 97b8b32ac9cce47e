#!/bin/sh
# Trains the demonstration model and writes ../corral-demo.gguf and its digest: ./build.sh [MINUTES]
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}
checkpoint=${CHECKPOINT:-/tmp/corral-demo.pt}

# One thread of BLAS and memory that stays with the process: faster on a busy machine.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=200000000
# Debian's OpenBLAS does not use AVX-512 on newer AMD processors by itself.
grep -qs avx512f /proc/cpuinfo && export OPENBLAS_CORETYPE=SkylakeX

"$python" train.py --minutes "${1:-40}" --out "$checkpoint"
"$python" export_gguf.py "$checkpoint" ../corral-demo.gguf
(cd .. && sha256sum corral-demo.gguf > corral-demo.sha256)

# Then the questions of the model card, and our tokenizer against llama.cpp's.
"$python" sample_tokens.py "$checkpoint" > "$checkpoint.tokens.json"
node check.mjs ../corral-demo.gguf ../corral-demo.questions.json "$checkpoint.tokens.json"
