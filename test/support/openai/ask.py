"""Asks a server in every way that OpenAI's own client for Python has, and prints what came as JSON."""

import json
import sys

import openai

url, model = sys.argv[1:]
picture, video = json.load(sys.stdin)
client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)


def user(*parts, text="what is moving?"):
    return [{"role": "user", "content": [{"type": "text", "text": text}, *parts]}]


def error_of(**request):
    try:
        client.chat.completions.create(**{"model": model, "messages": user(), **request})
    except openai.APIStatusError as error:
        return [type(error).__name__, error.code, error.param]


image_part = {"type": "image_url", "image_url": {"url": picture}}
video_part = {"type": "video_url", "video_url": {"url": video}}
image = client.chat.completions.create(model=model, messages=user(image_part))
whole = client.chat.completions.create(model=model, messages=user(video_part))
chunks = list(
    client.chat.completions.create(
        model=model, messages=user(video_part), stream=True, stream_options={"include_usage": True}
    )
)
live = client.chat.completions.create(model="stream:session_0", messages=user(text="who is there?"))

with client.realtime.connect(model="stream:session_0") as connection:
    connection.conversation.item.create(
        item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "and now?"}]}
    )
    connection.response.create()
    words = ""
    for event in connection:
        if event.type == "response.output_text.delta":
            words += event.delta
        elif event.type == "response.done":
            realtime = [words, event.response.status, event.response.output[0].content[0].text]
            break

print(
    json.dumps(
        {
            "models": [each.id for each in client.models.list()],
            "image": image.thinkalong["media_time_ms"],
            "video": [whole.thinkalong["media_time_ms"], whole.choices[0].finish_reason],
            "same": "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
            == whole.choices[0].message.content,
            "usage": chunks[-1].usage.total_tokens == whole.usage.total_tokens,
            "live": live.choices[0].message.content,
            "realtime": realtime,
            "errors": [error_of(tools=[{"type": "function", "function": {"name": "f"}}]), error_of(model="none")],
        }
    )
)
