"""Where a model's weights come from: checkpoints become folders that a scorer can read, each with its digests beside it.

A checkpoint or a torch module comes in; a folder with `model.onnx`, `tokenizer.json`, `model.json` and `manifest.json` goes
out. Nothing here reads a comment, and the daemon needs none of it but `shelf` and `manifest`.
"""
