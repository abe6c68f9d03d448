"""Serves a model with llama.cpp's own HTTP server until its standard input ends.

    python serve.py FOLDER '{"port": 0, "model": "name", "contextLength": 4096, "slots": 2, "images": true, "apiKey": null}'

prints one line, "listening URL", when it takes requests. All slots share the context (tokens). When the process that
started it dies, however it dies, its standard input ends, so that none is left behind.
"""

import json
import os
import sys

import xllamacpp

folder, options = sys.argv[1], json.loads(sys.argv[2])
params = xllamacpp.CommonParams()
params.model.path = os.path.join(folder, "text.gguf")
if options["images"]:
    params.mmproj.path = os.path.join(folder, "eyes.gguf")
if options["apiKey"] is not None:
    params.api_keys = [options["apiKey"]]
params.model_alias = {options["model"]}
params.hostnames = ["127.0.0.1"]
params.port = options["port"]
params.n_ctx = options["contextLength"]
params.n_parallel = options["slots"]
params.kv_unified = True
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.endpoint_slots = True
params.endpoint_props = True
params.endpoint_metrics = True
params.warmup = False
server = xllamacpp.Server(params)
print(f"listening {server.listening_address}", flush=True)
sys.stdin.buffer.read()
os._exit(0)
