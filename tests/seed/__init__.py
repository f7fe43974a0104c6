"""The first data set: is it well formed, true to what was read, and safe?"""
