"""Serves a model with llama.cpp's own HTTP server until its standard input ends.

    python serve_llama.py FOLDER CONTEXT THREADS

FOLDER has text.gguf and eyes.gguf. CONTEXT is in tokens; there is one slot. Prints one line, "listening URL", when it
takes requests.
"""

import os
import sys

import xllamacpp

folder, context, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
params = xllamacpp.CommonParams()
params.model.path = os.path.join(folder, "text.gguf")
params.mmproj.path = os.path.join(folder, "eyes.gguf")
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = context
params.n_parallel = 1
params.cpuparams.n_threads = threads
params.cpuparams_batch.n_threads = threads
params.warmup = False
server = xllamacpp.Server(params)
print(f"listening {server.listening_address}", flush=True)
sys.stdin.buffer.read()
os._exit(0)
