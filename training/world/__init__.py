"""A procedural world of fixed-camera clips with exact events and labels, drawn from a seed."""
from .colours import KINDS, TOLD
from .events import Event
from .plan import Plan, plan_clip
from .scene import Clip, Mover, render_clip, render_plan

__all__ = ["KINDS", "TOLD", "Clip", "Event", "Mover", "Plan", "plan_clip", "render_clip", "render_plan"]
