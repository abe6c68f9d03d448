"""Called with the folder that was made: fails where the client lacks something that its tests need."""

import openai
import websockets.sync.client

assert openai.OpenAI(api_key="none").realtime.connect and websockets.sync.client.connect
print(f"openai {openai.__version__}")
