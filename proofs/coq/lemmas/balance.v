(* Balance laws.  proofs/balance.md *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Master.
Variables (R : realFieldType) (V : eucl R).
Implicit Types (x y v w G : V).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V).
Variables (K Ks : R -> V -> V) (A At : V -> V) (x : V).
Hypothesis fam : family K Ks A At.
(* g is the gradient of each sample's loss near x *)
Hypothesis grads : near x (fun y => forall z, grad (l z) y (g z y)).
(* l(K t y; z) = l(y; z) for y near x and small t *)
Hypothesis sym : exists2 d, 0 < d & forall h t z, N h <= d -> t ^+ 2 <= d ->
  l z (K t (x + h)) = l z (x + h).

Let sym_t : small (fun t => forall z, near x (fun y => l z (K t y) = l z y)).
Proof. by have [d d0 h] := sym; exists d => // t td z; exists d => // k kd; apply: h. Qed.

(* (A x)^T g_z = 0 *)
Lemma infinitesimal z : <<A x, g z x>> = 0.
Proof.
have gx := near_here grads z; rewrite ipC.
have [d d0 h] := sym; apply: deriv_uniq (deriv_cst (l z x)).
have {}gx : grad (l z) (K 0 x) (g z x) by rewrite (K0 fam).
apply: deriv_ext (chain gx (K_vel fam x)); exists d => // t td.
by have := h 0 t z; rewrite ip0l addr0 => /(_ (ltW d0) td).
Qed.

(* along the orbit the gradient is K^-T g *)
Lemma orbit_gradient : small (fun t => forall z, g z (K t x) = Ks t (g z x)).
Proof.
have gK : small (fun t => forall z, grad (l z) (K t x) (g z (K t x))).
  pose P y := forall z, grad (l z) y (g z y).
  by apply: (near_vel (P := P) (K_vel fam x)); rewrite (K0 fam).
have := small_and (small_and (small_and (K_add fam) (K_scale fam))
  (small_and (K_onto fam) (K_dual fam))) (small_and sym_t gK).
apply: small_impl => t [[[KD KZ] [Ko Kd]] [s gt]] z.
exact: gradient_transform KD KZ Ko Kd (s z) (near_here grads z) (gt z).
Qed.

Variables (Lam : V -> V) (gamma : R).
Hypothesis LamP : rates Lam.

Notation F := (F p l g Lam gamma).

(* balance/master: (A x)^T grad F = gamma x^T (A + A^T) x - 1/4 E[g^T (A Lambda + Lambda A^T) g] *)
Theorem balance_master GF : grad F x GF ->
  <<A x, GF>> = gamma * (<<x, A x>> + <<x, At x>>)
    - 1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>).
Proof.
move=> FG; have dF : deriv (fun t => F (K t x)) <<GF, A x>>.
  have {}FG : grad F (K 0 x) GF by rewrite (K0 fam).
  exact: chain FG (K_vel fam x).
rewrite ipC; apply: deriv_uniq dF _.
pose S t := 1 / 4%:R * \sum_z p z * <<Ks t (g z x), Lam (Ks t (g z x))>>.
have dS : deriv S (1 / 4%:R * \sum_z p z * <<2 *: Lam (g z x), - At (g z x)>>).
  apply: derivZ; apply: deriv_sum => z; apply: derivZ.
  apply: (chain (f := fun y => <<y, Lam y>>) _ (Ks_vel fam _)); rewrite (Ks0 fam).
  by apply: grad_quad; [apply: Lam_add | apply: Lam_sym | apply: Lam_bound].
have dN := derivZ gamma (deriv_N (K_vel fam x)).
have := derivD (derivD (deriv_cst (\sum_z p z * l z x)) dN) dS; rewrite (K0 fam).
have -> : 0 + gamma * (2 * <<x, A x>>) = gamma * (<<x, A x>> + <<x, At x>>).
  by rewrite -(A_adj fam) (ipC (A x)); ring.
have -> : \sum_z p z * <<2 *: Lam (g z x), - At (g z x)>> = - \sum_z p z *
    (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>).
  rewrite -sumrN; apply: eq_bigr => z _; rewrite ipZl ipNr (ipC (g z x) (A _)) (A_adj fam).
  by rewrite -(Lam_sym LamP); ring.
rewrite mulrN; apply: deriv_ext; have [d d0 h] := sym.
apply: small_impl (small_and orbit_gradient (small_le d0)) => t [og td]; rewrite /F /S.
congr (_ + _ + _ * _); apply: eq_bigr => z _; last by rewrite og.
by have := h 0 t z; rewrite ip0l addr0 => /(_ (ltW d0) td) ->.
Qed.

(* balance/approximate: the imbalance is at most |A x| |grad F|, squared; *)
Theorem balance_approximate GF : grad F x GF ->
  (gamma * (<<x, A x>> + <<x, At x>>)
    - 1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>)) ^+ 2
  <= N (A x) * N GF.
Proof. by move=> /balance_master <-; apply: CS. Qed.

(* with equality iff grad F is a multiple of A x, or A x = 0 *)
Theorem balance_approximate_eq GF : grad F x GF ->
  (gamma * (<<x, A x>> + <<x, At x>>)
    - 1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>)) ^+ 2
  = N (A x) * N GF <-> A x = 0 \/ exists c, GF = c *: A x.
Proof.
move=> /balance_master <-; split=> [h|[->|[c ->]]]; last 2 first.
- by rewrite !ip0l expr0n mul0r.
- by rewrite NZ ipZr; ring.
have [->|Ax0] := eqVneq (A x) 0; [by left | right].
have n0 := lt0r_neq0 (ip_gt0_ Ax0); exists (<<A x, GF>> / N (A x)).
apply/eqP; rewrite -subr_eq0; apply/eqP/N_eq0; rewrite NB NZ ipZr (ipC GF).
apply: (mulfI n0); rewrite mulr0 -[RHS](subrr (N (A x) * N GF)) -[in X in _ = _ - X]h.
by field.
Qed.
End Master.

Section PlainSGD.
Variables (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R).
Variables (g : Z -> V -> V) (K Ks : R -> V -> V) (A : V -> V) (x : V) (eta gamma : R).
Hypothesis fam : family K Ks A A.
Hypothesis grads : near x (fun y => forall z, grad (l z) y (g z y)).
Hypothesis sym : exists2 d, 0 < d & forall h t z, N h <= d -> t ^+ 2 <= d ->
  l z (K t (x + h)) = l z (x + h).
Hypothesis A_scale : forall a y, A (a *: y) = a *: A y.
Hypothesis eta0 : eta != 0.

Lemma rates_eta : rates (fun y : V => eta *: y).
Proof.
split=> [y y'|y y'|]; first exact: scalerDr.
  by rewrite ipZl ipZr.
by exists (eta ^+ 2) => [|y]; rewrite ?sqr_ge0 // NZ.
Qed.

(* balance/master for A symmetric and Lambda = eta I, off shell:  *)
(* (A x)^T grad F = - eta/2 (E[g^T A g] - (4 gamma / eta) x^T A x) *)
Theorem balance_master_sgd GF : grad (F p l g (fun y => eta *: y) gamma) x GF ->
  <<A x, GF>> = - (eta / 2) * (\sum_z p z * <<g z x, A (g z x)>> - (4%:R * gamma / eta) * <<x, A x>>).
Proof.
move=> /(balance_master fam grads sym rates_eta) ->.
have -> : \sum_z p z * (<<g z x, A (eta *: g z x)>> + <<g z x, eta *: A (g z x)>>)
   = 2 * eta * \sum_z p z * <<g z x, A (g z x)>>.
  by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite A_scale !ipZr; ring.
by field.
Qed.

(* balance/master at a stationary point: E[g^T A g] = (4 gamma / eta) x^T A x *)
Corollary balance_stationary : grad (F p l g (fun y => eta *: y) gamma) x 0 ->
  \sum_z p z * <<g z x, A (g z x)>> = (4%:R * gamma / eta) * <<x, A x>>.
Proof.
move=> /balance_master_sgd/eqP; rewrite ip0r eq_sym mulf_eq0 oppr_eq0 mulf_eq0 (negPf eta0) /=.
by rewrite invr_eq0 pnatr_eq0 /= subr_eq0 => /eqP.
Qed.
End PlainSGD.

(* Laws for blocks of parameters. A point is ((w, u), r): two blocks and all other parameters. *)
Section Blocks.
Variables (R : realFieldType) (Wt Ut Rt : eucl R).
Notation V := (pair_eucl (pair_eucl Wt Ut) Rt).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Hypothesis grads : near x (fun y => forall z, grad (l z) y (g z y)).
Hypothesis eta0 : eta != 0.
Notation F := (F p l g (fun y : V => eta *: y) gamma).
Notation "'W' y" := (y.1.1 : Wt) (at level 9).
Notation "'U' y" := (y.1.2 : Ut) (at level 9).

(* w -> a^d w, u -> a^e u for a near 1 *)
Definition scaling_symmetry (d e : int) := exists2 c : R, 0 < c &
  forall h t z, N h <= c -> t ^+ 2 <= c ->
  l z (((1 + t) ^ d *: W (x + h), (1 + t) ^ e *: U (x + h)), (x + h).2) = l z (x + h).

Section Law.
Variables d e : int.
Hypothesis sym : scaling_symmetry d e.

Let fam := pair_family (pair_family (scal_family Wt d) (scal_family Ut e)) (scal_family Rt 0).
Let sym' : exists2 c : R, 0 < c & forall h t z, N h <= c -> t ^+ 2 <= c ->
  l z ((scalK d t (W (x + h)), scalK e t (U (x + h))), scalK 0 t (x + h).2) = l z (x + h).
Proof.
have [c c0 h] := sym; exists c => // k t z kc tc.
by rewrite {3}/scalK expr0z scale1r; apply: h.
Qed.

Let A (y : V) : V := ((d%:~R *: W y, e%:~R *: U y), 0%:~R *: y.2).
Let A_scale a y : A (a *: y) = a *: A y.
Proof. by congr (_, _, _); rewrite !scalerA mulrC. Qed.
Let quad y : <<y, A y>> = d%:~R * N (W y) + e%:~R * N (U y).
Proof. by rewrite !pairE /= !ipZr mul0r addr0. Qed.

(* The law of two blocks, off shell and at a stationary point. *)
Theorem block_law GF : grad F x GF ->
  d%:~R * <<W x, W GF>> + e%:~R * <<U x, U GF>> = - (eta / 2) *
   (\sum_z p z * (d%:~R * N (W (g z x)) + e%:~R * N (U (g z x)))
     - 4%:R * gamma / eta * (d%:~R * N (W x) + e%:~R * N (U x))).
Proof.
move=> /(balance_master_sgd fam grads sym' A_scale eta0); rewrite -quad -/(A x) => h.
transitivity <<A x, GF>>; first by rewrite !pairE /= !ipZl mul0r addr0.
by rewrite h; congr (_ * (_ - _)); apply: eq_bigr => z _; rewrite quad.
Qed.
Corollary block_stationary : grad F x 0 ->
  \sum_z p z * (d%:~R * N (W (g z x)) + e%:~R * N (U (g z x)))
   = 4%:R * gamma / eta * (d%:~R * N (W x) + e%:~R * N (U x)).
Proof.
move=> /(balance_stationary fam grads sym' A_scale eta0); rewrite quad => <-.
by apply: eq_bigr => z _; rewrite quad.
Qed.
End Law.
End Blocks.

(* balance/scale-invariant: l does not see the scale of the block w *)
Theorem balance_scale_invariant (R : realFieldType) (Wt Ut Rt : eucl R) (Z : finType) (p : Z -> R)
  (l : Z -> pair_eucl (pair_eucl Wt Ut) Rt -> R) g x (eta gamma : R) :
  near x (fun y => forall z, grad (l z) y (g z y)) -> eta != 0 -> scaling_symmetry l x 1 0 ->
  grad (F p l g (fun y => eta *: y) gamma) x 0 ->
  \sum_z p z * N (g z x).1.1 = 4%:R * gamma / eta * N x.1.1.
Proof.
move=> gr e0 sym /(block_stationary gr e0 sym); rewrite mulr0z mulr1z mul0r addr0 mul1r => <-.
by apply: eq_bigr => z _; rewrite mul0r addr0 mul1r.
Qed.

(* balance/representation: with g_W = g_h x^T and g_U = delta h^T the matrix law at gamma = 0 reads *)
(* E[|x|^2 g_h g_h^T] = E[|delta|^2 h h^T]                                                            *)
Theorem balance_representation (R : realFieldType) (Z : finType) (p : Z -> R) r q m
  (gh h : Z -> 'cV[R]_r) (x : Z -> 'cV[R]_q) (delta : Z -> 'cV[R]_m) :
  \sum_z p z *: ((gh z *m (x z)^T) *m (gh z *m (x z)^T)^T
     - (delta z *m (h z)^T)^T *m (delta z *m (h z)^T)) = 0 ->
  \sum_z (p z * N (x z)) *: (gh z *m (gh z)^T) = \sum_z (p z * N (delta z)) *: (h z *m (h z)^T).
Proof.
have sc n (v : 'cV[R]_n) : v^T *m v = (N v)%:M by rewrite [LHS]mx11_scalar mx11_ip trmxK.
move=> e; apply/eqP; rewrite -subr_eq0 -sumrB; apply/eqP; rewrite -[RHS]e; apply: eq_bigr => z _.
rewrite scalerBr !trmx_mul !trmxK !mulmxA -[gh z *m _ *m _]mulmxA -[h z *m _ *m _]mulmxA !sc.
by rewrite !mul_mx_scalar -!scalemxAl !scalerA.
Qed.

(* balance/neuron. A neuron with incoming weights (and bias) w, outgoing weights u and an activation *)
(* with phi(a s) = a^k phi(s), a > 0; the loss sees w and u only through the maps x -> phi(w.x) u.  *)
Section Neuron.
Variables (R : realFieldType) (m q : nat) (Rt : eucl R).
Notation V := (pair_eucl (pair_eucl (mx_eucl R m 1) (mx_eucl R q 1)) Rt).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Hypothesis grads : near x (fun y => forall z, grad (l z) y (g z y)).
Hypothesis eta0 : eta != 0.
Notation F := (F p l g (fun y : V => eta *: y) gamma).
Notation "'w' y" := (y.1.1) (at level 9).
Notation "'u' y" := (y.1.2) (at level 9).
Variables (phi : R -> R) (k : nat).
Hypothesis phi_hom : forall a s, 0 < a -> phi (a * s) = a ^+ k * phi s.
Hypothesis only_exit : forall z (y y' : V), y.2 = y'.2 ->
  (forall i : 'cV_m, phi <<w y, i>> *: u y = phi <<w y', i>> *: u y') -> l z y = l z y'.

Lemma neuron_symmetry : scaling_symmetry l x 1 (- k%:Z).
Proof.
have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
apply: only_exit => // i; rewrite /= expr1z ipZl phi_hom // scalerA mulrAC -exprnN.
by rewrite mulfV ?mul1r // expf_neq0 ?lt0r_neq0.
Qed.

(* everywhere: w^T dF/dw - k u^T dF/du = -(eta/2) (E|g_w|^2 - k E|g_u|^2 - (4 gamma/eta)(|w|^2 - k |u|^2)) *)
Theorem balance_neuron_offshell GF : grad F x GF ->
  <<w x, w GF>> - k%:R * <<u x, u GF>> = - (eta / 2) *
   (\sum_z p z * (N (w (g z x)) - k%:R * N (u (g z x)))
     - 4%:R * gamma / eta * (N (w x) - k%:R * N (u x))).
Proof.
move=> /(block_law grads eta0 neuron_symmetry); rewrite mulrNz mulr1z !mul1r !mulNr => ->.
by under eq_bigr do rewrite mul1r mulNr.
Qed.

(* at a stationary point: E|g_w|^2 - k E|g_u|^2 = (4 gamma/eta) (|w|^2 - k |u|^2) *)
Theorem balance_neuron : grad F x 0 ->
  \sum_z p z * N (w (g z x)) - k%:R * (\sum_z p z * N (u (g z x)))
   = 4%:R * gamma / eta * (N (w x) - k%:R * N (u x)).
Proof.
move=> /(block_stationary grads eta0 neuron_symmetry); rewrite mulrNz mulr1z mul1r mulNr => <-.
by rewrite mulr_sumr -sumrB; apply: eq_bigr => z _; rewrite mul1r mulNr mulrBr mulrCA.
Qed.
End Neuron.

(* balance/layer for adjacent layers: x -> W' phi(W x + b), (W, b) and W' used nowhere else *)
Section Layer.
Variables (R : realFieldType) (n0 n1 n2 : nat) (Rt : eucl R).
Notation V := (pair_eucl (pair_eucl (pair_eucl (mx_eucl R n1 n0) (mx_eucl R n1 1)) (mx_eucl R n2 n1)) Rt).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Hypothesis grads : near x (fun y => forall z, grad (l z) y (g z y)).
Hypothesis eta0 : eta != 0.
Notation F := (F p l g (fun y : V => eta *: y) gamma).
Variables (phi : R -> R) (k : nat).
Hypothesis phi_hom : forall a s, 0 < a -> phi (a * s) = a ^+ k * phi s.
Notation "'W' y" := (y.1.1.1 : mx_eucl R n1 n0) (at level 9).
Notation "'b' y" := (y.1.1.2 : mx_eucl R n1 1) (at level 9).
Notation "'W2' y" := (y.1.2 : mx_eucl R n2 n1) (at level 9).
Definition two_layers (y : V) (i : 'cV[R]_n0) : 'cV[R]_n2 :=
  y.1.2 *m map_mx phi (y.1.1.1 *m i + y.1.1.2).
Hypothesis only_exit : forall z (y y' : V), y.2 = y'.2 ->
  (forall i, two_layers y i = two_layers y' i) -> l z y = l z y'.

Lemma layer_symmetry : scaling_symmetry l x 1 (- k%:Z).
Proof.
have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
apply: only_exit => // i; rewrite /two_layers /= expr1z -scalemxAl -scalerDr.
rewrite (_ : map_mx phi (_ *: _) = (1 + t) ^+ k *: map_mx phi ((x + v).1.1.1 *m i + (x + v).1.1.2)).
  by rewrite -scalemxAl -scalemxAr scalerA -exprnN mulVf ?scale1r // expf_neq0 ?lt0r_neq0.
by apply/matrixP => a a'; rewrite !mxE phi_hom.
Qed.

(* E|g_W|^2 + E|g_b|^2 - k E|g_W'|^2 = (4 gamma/eta) (|W|^2 + |b|^2 - k |W'|^2) *)
Theorem balance_layer_adjacent : grad F x 0 ->
  \sum_z p z * N (W (g z x)) + \sum_z p z * N (b (g z x)) - k%:R * (\sum_z p z * N (W2 (g z x)))
   = 4%:R * gamma / eta * (N (W x) + N (b x) - k%:R * N (W2 x)).
Proof.
move=> /(block_stationary grads eta0 layer_symmetry); rewrite mulrNz mulr1z mul1r mulNr !pairE => <-.
rewrite mulr_sumr -big_split -sumrB; apply: eq_bigr => z _.
by rewrite !pairE /= mul1r mulNr mulrBr mulrDr mulrCA.
Qed.
End Layer.

(* From adjacent layers to any two: a_j = E|g_{W_j}|^2 - (4 gamma/eta) |W_j|^2, b_j for the biases. *)
Section Telescope.
Variables (R : realFieldType) (k : R) (a b : nat -> R).
Theorem balance_layer l n : (forall j, (l <= j < l + n)%N -> a j + b j - k * a j.+1 = 0) ->
  a l + \sum_(j < n) k ^+ j * b (l + j)%N - k ^+ n * a (l + n)%N = 0.
Proof.
elim: n => [|n IH] h; first by rewrite big_ord0 addn0 expr0 mul1r addr0 subrr.
have e : a l + \sum_(j < n) k ^+ j * b (l + j)%N - k ^+ n * a (l + n)%N = 0.
  by apply: IH => j /andP[lj jn]; apply: h; rewrite lj addnS ltnS ltnW.
have := h (l + n)%N; rewrite addnS leq_addr leqnn => /(_ isT) e'.
rewrite big_ord_recr exprS /=; set S := \sum_(_ < n) _ in e *.
rewrite (_ : _ - _ = (a l + S - k ^+ n * a (l + n)%N)
  + k ^+ n * (a (l + n)%N + b (l + n)%N - k * a (l + n).+1)); last by ring.
by rewrite e e' mulr0 addr0.
Qed.
(* balance/equipartition: k = 1, no biases, gamma = 0 *)
Corollary balance_equipartition : k = 1 -> (forall j, b j = 0) ->
  (forall j, a j + b j - k * a j.+1 = 0) -> forall l n, a l = a (l + n)%N.
Proof.
move=> -> b0 h l n; elim: n => [|n ->]; first by rewrite addn0.
by have /eqP := h (l + n)%N; rewrite b0 addr0 mul1r subr_eq0 addnS => /eqP.
Qed.
End Telescope.

(* balance/matrix: the loss sees U (p x r) and W (r x q) only through U W (and other parameters) *)
Section Matrix.
Variables (R : realFieldType) (m r q : nat) (Rt : eucl R).
Notation V := (pair_eucl (pair_eucl (mx_eucl R r q) (mx_eucl R m r)) Rt).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Hypothesis grads : near x (fun y => forall z, grad (l z) y (g z y)).
Hypothesis eta0 : eta != 0.
Notation F := (F p l g (fun y : V => eta *: y) gamma).
Notation "'W' y" := (y.1.1 : 'M[R]_(r, q)) (at level 9).
Notation "'U' y" := (y.1.2 : 'M[R]_(m, r)) (at level 9).
Hypothesis through : forall z (y y' : V), y.2 = y'.2 -> U y *m W y = U y' *m W y' -> l z y = l z y'.

Definition M : 'M[R]_r := \sum_z p z *: (W (g z x) *m (W (g z x))^T - (U (g z x))^T *m U (g z x))
  - (4%:R * gamma / eta) *: (W x *m (W x)^T - (U x)^T *m U x).

Section Direction.
Variable X : 'M[R]_r.
Let C (t : R) : 'M[R]_r := 1%:M + t *: X.
Let C0 : C 0 = 1%:M. Proof. by rewrite /C scale0r addr0. Qed.
Let Cv : vel (V := mx_eucl R r r) C X. Proof. exact: vel_line. Qed.
Let fam := pair_family (pair_family (mx_family q C0 Cv) (mxV_family m C0 Cv)) (scal_family Rt 0).
Let sym' : exists2 c : R, 0 < c & forall h t z, N h <= c -> t ^+ 2 <= c ->
  l z ((C t *m W (x + h), U (x + h) *m invmx (C t)), scalK 0 t (x + h).2) = l z (x + h).
Proof.
have [c c0 h] := unit_near1 C0 Cv; exists c => // k t z _ /h ut.
apply: through => /=; first by rewrite /scalK expr0z scale1r.
by rewrite mulmxA -[_ *m invmx _ *m _]mulmxA mulVmx // mulmx1.
Qed.
Let A (y : V) : V := ((X *m W y, - (U y *m X)), 0%:~R *: y.2).
Let quad y : <<y, A y>> = <<X, W y *m (W y)^T - (U y)^T *m U y>>.
Proof.
rewrite !pairE /= ipZr mul0r addr0 ipNr ipBr (ipC (W y)) (ipC (U y)).
by rewrite (ip_mulr X) (ip_mull (U y)).
Qed.
Let At (y : V) : V := ((X^T *m W y, - (U y *m X^T)), 0%:~R *: y.2).
Let quad' y : <<y, At y>> = <<y, A y>>. Proof. by rewrite -(A_adj fam) ipC. Qed.

Lemma matrix_direction GF : grad F x GF ->
  <<X, W GF *m (W x)^T - (U x)^T *m U GF>> = <<X, - (eta / 2) *: M>>.
Proof.
move=> FG; have h : <<A x, GF>> = gamma * (<<x, A x>> + <<x, At x>>) - 1 / 4%:R *
    \sum_z p z * (<<g z x, A (eta *: g z x)>> + <<g z x, eta *: At (g z x)>>).
  exact (balance_master fam grads sym' (rates_eta V eta) FG).
have -> : <<X, W GF *m (W x)^T - (U x)^T *m U GF>> = <<A x, GF>>.
  by rewrite !pairE /= ipZl mul0r addr0 ipNl ipBr -ip_mulr -ip_mull.
have A_scale y : A (eta *: y) = eta *: A y.
  by congr (_, _, _); rewrite /= ?scalemxAr ?scalerN ?scalemxAl // !scalerA mulrC.
have sumE : \sum_z p z * (<<g z x, A (eta *: g z x)>> + <<g z x, eta *: At (g z x)>>)
  = 2 * eta * \sum_z p z * <<X, W (g z x) *m (W (g z x))^T - (U (g z x))^T *m U (g z x)>>.
  rewrite mulr_sumr; apply: eq_bigr => z _.
  by rewrite A_scale !ipZr quad' quad; ring.
rewrite h sumE quad' quad ipZr /M [<<X, _ - _ *: _>>]ipBr ipZr ip_sumr.
set S := \sum_z p z * _; rewrite (_ : \sum_i <<X, _>> = S); first by field.
by apply: eq_bigr => z _; rewrite ipZr.
Qed.
End Direction.

(* everywhere: (dF/dW) W^T - U^T (dF/dU) = -(eta/2) M *)
Theorem balance_matrix_offshell GF : grad F x GF ->
  W GF *m (W x)^T - (U x)^T *m U GF = - (eta / 2) *: M.
Proof.
move=> FG; apply: (@ip_inj R (mx_eucl R r r)) => X.
by rewrite ipC (matrix_direction X FG) ipC.
Qed.

(* at a stationary point: E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma/eta) (W W^T - U^T U) *)
Theorem balance_matrix : grad F x 0 ->
  \sum_z p z *: (W (g z x) *m (W (g z x))^T - (U (g z x))^T *m U (g z x))
    = (4%:R * gamma / eta) *: (W x *m (W x)^T - (U x)^T *m U x).
Proof.
move=> /balance_matrix_offshell/eqP; rewrite mul0mx mulmx0 subrr eq_sym scaler_eq0 oppr_eq0.
by rewrite mulf_eq0 (negPf eta0) invr_eq0 pnatr_eq0 /= subr_eq0 => /eqP.
Qed.
End Matrix.
