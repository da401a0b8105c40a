(* What needs the completeness of the real numbers: a derivative that is 0 everywhere belongs to a constant. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* every set of numbers that is not empty and bounded above has a least upper bound: R is the field of real numbers *)
Definition complete (R : realFieldType) := forall P : R -> Prop,
  (exists x, P x) -> (exists M, forall x, P x -> x <= M) ->
  exists s, (forall x, P x -> x <= s) /\ (forall e, 0 < e -> exists2 x, P x & s - e < x).

(* f has the derivative a at t; c has the velocity v at t *)
Definition deriv_at (R : realFieldType) (f : R -> R) (t a : R) := deriv (fun h => f (t + h)) a.
Definition vel_at (R : realFieldType) (V : eucl R) (c : R -> V) (t : R) (v : V) := vel (fun h => c (t + h)) v.

Section MeanValue.
Variable R : realFieldType.
Hypothesis R_complete : complete R.
Implicit Types (f : R -> R) (m T a : R).

Lemma slope f t a e : 0 < e -> deriv_at f t a ->
  exists2 d, 0 < d & forall h, - d <= h -> h <= d -> `|f (t + h) - f t - h * a| <= e * `|h|.
Proof.
move=> e0 df; have [d d0 hd] := df _ (exprn_gt0 2 e0).
exists (Num.min 1 d) => [|h h1 h2]; first by rewrite lt_minr ltr01.
have hh : h ^+ 2 <= d.
  have ah : `|h| <= Num.min 1 d by rewrite ler_norml h1.
  have [a1 a2] : `|h| <= 1 /\ `|h| <= d by move: ah; rewrite le_minr => /andP[].
  rewrite -(real_normK (num_real h)) expr2; apply: le_trans a2.
  by rewrite -[X in _ <= X]mulr1 ler_wpmul2l.
have := hd h hh; rewrite addr0 -exprMn => le.
rewrite -ler_sqr ?nnegrE ?normr_ge0 ?mulr_ge0 ?(ltW e0) //.
by rewrite exprMn !real_normK ?num_real // -exprMn.
Qed.

Lemma le_sum3 (a b c d e f x y : R) : a <= b -> c <= d -> e <= f ->
  y - x = (b - a) + (d - c) + (f - e) -> x <= y.
Proof. by move=> h1 h2 h3 h; rewrite -subr_ge0 h; apply: addr_ge0; [apply: addr_ge0|]; rewrite subr_ge0. Qed.

Lemma mean_value f (f' : R -> R) m T : 0 <= T ->
  (forall t, 0 <= t -> t <= T -> deriv_at f t (f' t)) -> (forall t, 0 <= t -> t <= T -> f' t <= m) ->
  f T - f 0 <= m * T.
Proof.
move=> T0 df f'm; suff all_e e : 0 < e -> f T - f 0 <= (m + e) * T.
  have [->|Tn] := eqVneq T 0; first by rewrite subrr mulr0.
  have Tp : 0 < T by rewrite lt0r Tn.
  rewrite leNgt; apply/negP => lt; pose e := (f T - f 0 - m * T) / (2 * T).
  have e0 : 0 < e by rewrite divr_gt0 ?subr_gt0 // mulr_gt0 ?ltr0n.
  have := all_e _ e0; rewrite mulrDl -ler_subl_addl (_ : e * T = (f T - f 0 - m * T) / 2); last first.
    by rewrite /e; field.
  rewrite leNgt => /negP[]; rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr ?ltr1n //.
  by rewrite subr_gt0.
move=> e0; pose P t := [/\ 0 <= t, t <= T & forall s, 0 <= s -> s <= t -> f s - f 0 <= (m + e) * s].
have P0 : P 0.
  split=> // s s0 s1; have -> : s = 0 by apply/le_anti; rewrite s0 s1.
  by rewrite subrr mulr0.
have [|c [cup capp]] := R_complete (ex_intro _ 0 P0); first by exists T => t [].
have c0 : 0 <= c := cup _ P0.
have cT : c <= T.
  rewrite leNgt; apply/negP => Tc; have := capp (c - T); rewrite subr_gt0 => /(_ Tc) [t [_ tT _]].
  by rewrite opprB addrC subrK ltNge tT.
have below s : 0 <= s -> s < c -> f s - f 0 <= (m + e) * s.
  move=> s0 sc; have := capp (c - s); rewrite subr_gt0 => /(_ sc) [t [_ _ ht]].
  by rewrite opprB addrC subrK => /ltW; apply: ht.
have [d d0 hd] := slope e0 (df c c0 cT).
have fc : f c - f 0 <= (m + e) * c.
  have [t [t0 tT ht] tc] := capp d d0; have tc' : t <= c by apply: cup; split.
  have h1 : - d <= t - c by rewrite ler_subr_addl ltW.
  have h2 : t - c <= d by apply: le_trans (ltW d0); rewrite subr_le0.
  have := hd _ h1 h2; rewrite [c + _]addrC subrK ler_norml => /andP[h3 _].
  have h4 : `|t - c| = c - t by rewrite distrC ger0_norm // subr_ge0.
  have h5 := ht t t0 (lexx t); have h6 : (c - t) * f' c <= (c - t) * m.
    by apply: ler_wpmul2l; rewrite ?subr_ge0 // f'm.
  by rewrite h4 in h3; apply: (le_sum3 h3 h5 h6); ring.
have above s : c <= s -> s <= c + d -> f s - f 0 <= (m + e) * s.
  move=> cs sd; have h1 : - d <= s - c by apply: le_trans (_ : 0 <= _); rewrite ?oppr_le0 ?(ltW d0) // subr_ge0.
  have h2 : s - c <= d by rewrite ler_subl_addl.
  have := hd _ h1 h2; rewrite [c + _]addrC subrK ler_norml => /andP[_ h3].
  have h4 : `|s - c| = s - c by rewrite ger0_norm // subr_ge0.
  have h6 : (s - c) * f' c <= (s - c) * m by apply: ler_wpmul2l; rewrite ?subr_ge0 // f'm.
  by rewrite h4 in h3; apply: (le_sum3 h3 fc h6); ring.
pose q := Num.min T (c + d).
have Pq : P q.
  split=> [||s s0]; first by rewrite le_minr T0 addr_ge0 ?(ltW d0).
    by rewrite le_minl lexx.
  rewrite le_minr => /andP[_ sd]; have [sc|cs] := ltP s c; first exact: below.
  exact: above.
have := cup _ Pq; rewrite le_minl => /orP[Tc|].
  by have -> : T = c by apply/le_anti; rewrite Tc cT.
by rewrite -ler_subr_addl subrr leNgt d0.
Qed.

Lemma deriv_at_opp f t a : deriv_at f t a -> deriv_at (fun s => - f s) t (- a).
Proof.
move=> h; have := derivZ (-1) h; rewrite mulN1r; apply: deriv_ext.
by apply: smallT => s; rewrite mulN1r.
Qed.

Lemma constant_right f T : 0 <= T -> (forall t, deriv_at f t 0) -> f T = f 0.
Proof.
move=> T0 df; apply/le_anti/andP; split.
  have := mean_value T0 (fun t _ _ => df t) (fun t _ _ => lexx 0).
  by rewrite mul0r subr_le0.
have dN t : deriv_at (fun s => - f s) t 0 by rewrite -oppr0; apply: deriv_at_opp.
have := mean_value T0 (fun t _ _ => dN t) (fun t _ _ => lexx 0).
by rewrite mul0r subr_le0 ler_opp2.
Qed.
Theorem constant f : (forall t, deriv_at f t 0) -> forall t, f t = f 0.
Proof.
move=> df t; have [t0|/ltW t0] := leP 0 t; first exact: constant_right.
have dN s : deriv_at (fun u => f (t + u)) s 0.
  by have := df (t + s); apply: deriv_ext; apply: smallT => h; rewrite addrA.
have Nt : 0 <= - t by rewrite oppr_ge0.
by have := constant_right Nt dN; rewrite subrr addr0.
Qed.
End MeanValue.
